/** Moves of many refs by way of packed-refs, judged by git, and raced with it. */
import { execFile } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RefOutcome, RefWriter } from '../../src/git/refs/ref-updates.ts'
import type { RefReader } from '../../src/git/refs/refs.ts'
import type { Oid, RefName } from '../../src/kernel/ids.ts'
import { createRefRig, type RefRig } from '../support/ref-rig.ts'
import { GIT_ENV, type TestRepository } from '../support/repository.ts'

const REFS = Array.from({ length: 20 }, (_, i) => `refs/heads/customer/t${String(i).padStart(2, '0')}` as RefName)

let rig: RefRig
let folder: string
let repository: TestRepository
let refs: RefReader
let writer: RefWriter
let first: Oid
let second: Oid
beforeEach(() => {
  rig = createRefRig()
  ;({ folder, repository, refs, writer, first } = rig)
  second = repository.commit('second', { files: { 'a.txt': 'a\n' }, parent: first }) as Oid
  set(REFS, first)
})
afterEach(() => rig.remove())

function set(names: readonly RefName[], to: Oid): void {
  repository.git(['update-ref', '--stdin'], names.map((ref) => `update ${ref} ${to}\n`).join(''))
}
const moveAll = (from: Oid, to: Oid, names = REFS): Promise<readonly RefOutcome[]> =>
  writer.moveMany(names.map((ref) => ({ ref, from, to, message: 'a move' })))
const headOf = (ref: RefName): string => repository.git(['rev-parse', ref])
const looseRefs = (): string[] => readdirSync(join(repository.gitDir, 'refs/heads/customer'))
const leftovers = (): string[] =>
  readdirSync(repository.gitDir, { recursive: true })
    .map(String)
    .filter((path) => /\.lock$|^espalier\/.*\//.test(path))

describe('many new ones at once', () => {
  const NEW = REFS.map((ref) => `${ref}-new` as RefName)
  const makeAll = (names: readonly RefName[]): Promise<readonly RefOutcome[]> =>
    writer.moveMany(names.map((ref) => ({ ref, from: null, to: first, message: 'made' })))

  test('are there, for git as well, and git goes on with them', async () => {
    expect(await makeAll(NEW)).toEqual(NEW.map(() => ({ kind: 'moved' })))
    for (const ref of NEW) {
      expect(refs.read(ref)).toEqual({ kind: 'oid', oid: first })
      expect(headOf(ref)).toBe(first)
    }
    set(NEW, second)
    for (const ref of NEW) expect(refs.read(ref)).toEqual({ kind: 'oid', oid: second })
    expect(leftovers()).toEqual([])
  })

  test.each([['loose'], ['packed']])('leave those alone that are there already, %s', async (how) => {
    set([NEW[3]!], second)
    if (how === 'packed') repository.git(['pack-refs', '--all'])
    const outcomes = await makeAll(NEW)
    expect(outcomes[3]).toEqual({ kind: 'stale', found: second })
    expect(outcomes.filter(({ kind }) => kind === 'moved')).toHaveLength(NEW.length - 1)
    expect(headOf(NEW[3]!)).toBe(second)
  })

  test.each([['loose'], ['packed']])(
    'are refused where a ref, %s, has their name for a folder, or is one of theirs',
    async (how) => {
      const below = 'refs/heads/customer/folder/inner' as RefName
      set([below, 'refs/heads/file' as RefName], second)
      if (how === 'packed') repository.git(['pack-refs', '--all'])
      const outcomes = await makeAll([...NEW, 'refs/heads/customer/folder' as RefName, 'refs/heads/file/x' as RefName])
      expect(outcomes.slice(-2).map(({ kind }) => kind)).toEqual(['refused', 'refused'])
      expect(outcomes.filter(({ kind }) => kind === 'moved')).toHaveLength(NEW.length)
      expect(headOf(below)).toBe(second)
      repository.git(['fsck', '--strict'])
    },
  )

  test('take the place of an empty folder that git has left', async () => {
    mkdirSync(join(repository.gitDir, NEW[0]!, 'gone'), { recursive: true })
    expect(await makeAll(NEW)).toEqual(NEW.map(() => ({ kind: 'moved' })))
    expect(headOf(NEW[0]!)).toBe(first)
  })
})

describe('many at once', () => {
  test.each([
    ['loose', () => {}],
    ['packed', () => void repository.git(['pack-refs', '--all'])],
    [
      'packed and since then moved by git',
      () => {
        set(REFS, second)
        repository.git(['pack-refs', '--all'])
        set(REFS, first)
      },
    ],
  ])('move, %s, and each has its line in the reflog', async (_, prepare) => {
    prepare()
    for (const ref of REFS) expect(refs.read(ref)).toEqual({ kind: 'oid', oid: first })
    expect(await moveAll(first, second)).toEqual(REFS.map(() => ({ kind: 'moved' })))
    expect(looseRefs()).toEqual([])
    for (const ref of REFS) {
      expect(refs.read(ref)).toEqual({ kind: 'oid', oid: second })
      expect(headOf(ref)).toBe(second)
      const [line] = repository.git(['reflog', 'show', '--format=%H %gn %gs', ref]).split('\n')
      expect(line).toBe(`${second} Espalier a move`)
    }
    expect(leftovers()).toEqual([])
  })

  test('leave what tags peel to, and all other refs, as they are', async () => {
    repository.git(['tag', '-a', '-m', 'peeled', 'v1', first])
    repository.git(['pack-refs', '--all'])
    const others = (): string[] =>
      repository
        .git(['show-ref', '--dereference'])
        .split('\n')
        .filter((line) => !line.includes('customer/'))
    const before = others()
    await moveAll(first, second)
    expect(others()).toEqual(before)
    expect(before).toHaveLength(4)
  })

  test('move though some cannot, and each of those says why', async () => {
    const [stale, gone, link, locked, odd, busy] = REFS as [RefName, RefName, RefName, RefName, RefName, RefName]
    set([stale], second)
    repository.git(['update-ref', '-d', gone])
    repository.git(['update-ref', '-d', link])
    repository.git(['symbolic-ref', link, 'refs/heads/main'])
    writeFileSync(join(repository.gitDir, `${locked}.lock`), '')
    writeFileSync(join(repository.gitDir, odd), 'nothing\n')
    const linked = join(folder, 'linked')
    repository.git(['worktree', 'add', '--quiet', linked, busy.replace('refs/heads/', '')])
    writeFileSync(join(linked, 'a.txt'), 'mine\n')
    const outcomes = await moveAll(first, second)
    expect(outcomes.slice(0, 6)).toMatchObject([
      { kind: 'stale', found: second },
      { kind: 'stale', found: null },
      { kind: 'refused' },
      { kind: 'locked' },
      { kind: 'refused' },
      { kind: 'checked-out-dirty', paths: ['a.txt'] },
    ])
    expect(outcomes.slice(6)).toEqual(REFS.slice(6).map(() => ({ kind: 'moved' })))
    expect(headOf(busy)).toBe(first)
    expect(leftovers()).toEqual([`${locked}.lock`])
  })

  test('go one by one where somebody else has packed-refs', async () => {
    writeFileSync(join(repository.gitDir, 'packed-refs.lock'), '')
    expect(await moveAll(first, second)).toEqual(REFS.map(() => ({ kind: 'moved' })))
    expect(looseRefs()).toHaveLength(REFS.length)
    expect(existsSync(join(repository.gitDir, 'packed-refs'))).toBe(false)
  })
})

test('of writers here and git, which packs meanwhile, each move is made by exactly one', async () => {
  const chain = [first]
  for (let i = 0; i < 6; i += 1) {
    chain.push(repository.git(['commit-tree', `${first}^{tree}`, '-p', chain[i]!, '-m', `${i}`]) as Oid)
  }
  const git = async (args: readonly string[]): Promise<boolean> => {
    try {
      await promisify(execFile)('git', args, { cwd: repository.path, env: GIT_ENV })
      return true
    } catch {
      return false
    }
  }
  const raced = REFS.filter((_, i) => i % 4 === 0)
  for (const [i, from] of chain.slice(0, -1).entries()) {
    const to = chain[i + 1]!
    const [packing, ours, ...theirs] = await Promise.all([
      git(['pack-refs', '--all', '--prune']),
      moveAll(from, to),
      ...raced.map((ref) => git(['update-ref', ref, to, from])),
    ])
    const byGit = new Set(raced.filter((_, at) => theirs[at]))
    for (const [at, ref] of REFS.entries()) {
      const isOurs = ours[at]!.kind === 'moved'
      expect(isOurs !== byGit.has(ref), `link ${i}, ${ref}: ${JSON.stringify(ours[at])}`).toBe(true)
      expect(headOf(ref)).toBe(to)
    }
    expect(packing || existsSync(join(repository.gitDir, 'packed-refs'))).toBe(true)
  }
  expect(leftovers()).toEqual([])
})

describe('a process that was killed over it', () => {
  test('leaves locks of its own alone, which the next start removes', async () => {
    const draft = join(repository.gitDir, 'espalier/locks', [2 ** 30, hostname(), 'uuid', 1, ''].join('~'))
    mkdirSync(dirname(draft), { recursive: true })
    writeFileSync(draft, REFS.map((ref) => `${ref}\n`).join(''))
    for (const ref of REFS.slice(0, 5)) linkSync(draft, join(repository.gitDir, `${ref}.lock`))
    const [, , , , , byGit] = REFS as RefName[]
    writeFileSync(join(repository.gitDir, `${byGit}.lock`), '')
    await writer.mend()
    expect(leftovers()).toEqual([`${byGit}.lock`])
  })

  test('leaves a packed value behind the file of its ref, which neither git nor the next move takes for the branch', async () => {
    set(REFS, second)
    repository.git(['pack-refs', '--all'])
    set(REFS, first)
    expect(readFileSync(join(repository.gitDir, 'packed-refs'), 'latin1')).toContain(`${second} ${REFS[0]}`)
    expect(refs.read(REFS[0]!)).toEqual({ kind: 'oid', oid: first })
    const third = repository.commit('third', { files: { 'b.txt': 'b\n' }, parent: first }) as Oid
    expect(await moveAll(second, third)).toEqual(REFS.map(() => ({ kind: 'stale', found: first })))
    expect(await moveAll(first, third)).toEqual(REFS.map(() => ({ kind: 'moved' })))
    repository.git(['pack-refs', '--all'])
    for (const ref of REFS) expect(headOf(ref)).toBe(third)
  })
})
