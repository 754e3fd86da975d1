/** Moves of refs in process, judged by git, and raced with it. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RefWriter } from '../../src/git/refs/ref-updates.ts'
import type { Oid, RefName } from '../../src/kernel/ids.ts'
import { createRefRig, type RefRig } from '../support/ref-rig.ts'
import { GIT_ENV, type TestRepository } from '../support/repository.ts'

const ACME = 'refs/heads/customer/acme' as RefName

let rig: RefRig
let folder: string
let repository: TestRepository
let writer: RefWriter
let first: Oid
let second: Oid
beforeEach(() => {
  rig = createRefRig()
  ;({ folder, repository, writer, first } = rig)
  const files = { 'config/limits.yaml': 'requests: 20\n' }
  second = repository.commit('customer/acme', { files, parent: first }) as Oid
  repository.git(['update-ref', ACME, first])
})
afterEach(() => rig.remove())

const headOf = (ref: string): string => repository.git(['rev-parse', ref])
const move = async (from: Oid | null, to: Oid, ref = ACME) =>
  (await writer.move([{ ref, from, to, message: 'a move' }]))[0]
const locks = (): string[] =>
  readdirSync(repository.gitDir, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.lock'))

describe('a move', () => {
  test('takes a loose ref from one commit to the next, and has its line in the reflog', async () => {
    expect(await move(first, second)).toEqual({ kind: 'moved' })
    expect(headOf(ACME)).toBe(second)
    expect(repository.git(['reflog', 'show', '--format=%H %gn %gs', ACME]).split('\n')[0]).toBe(
      `${second} Espalier a move`,
    )
    expect(locks()).toEqual([])
  })

  test('takes a packed ref along', async () => {
    repository.git(['pack-refs', '--all'])
    expect(await move(first, second)).toEqual({ kind: 'moved' })
    expect(headOf(ACME)).toBe(second)
  })

  test('is stale where the ref holds something else, or nothing, and changes nothing', async () => {
    expect(await move(second, second)).toEqual({ kind: 'stale', found: first })
    expect(await move(first, second, 'refs/heads/customer/none' as RefName)).toEqual({ kind: 'stale', found: null })
    expect(await move(null, second)).toEqual({ kind: 'stale', found: first })
    expect(headOf(ACME)).toBe(first)
    expect(locks()).toEqual([])
  })

  test('makes a ref, also where an empty folder of its name is left', async () => {
    const made = 'refs/heads/customer/globex' as RefName
    mkdirSync(join(repository.gitDir, made, 'empty'), { recursive: true })
    expect(await move(null, second, made)).toEqual({ kind: 'moved' })
    expect(headOf(made)).toBe(second)
  })

  test.each([['loose'], ['packed']])('refuses a name that clashes with another ref, %s', async (kind) => {
    if (kind === 'packed') repository.git(['pack-refs', '--all'])
    for (const name of ['refs/heads/customer', 'refs/heads/customer/acme/more']) {
      expect(await move(null, second, name as RefName), name).toMatchObject({ kind: 'refused' })
    }
    expect(headOf(ACME)).toBe(first)
    expect(locks()).toEqual([])
  })

  test('neither follows nor replaces a symbolic ref', async () => {
    const link = 'refs/heads/customer/link' as RefName
    repository.git(['symbolic-ref', link, ACME])
    expect(await move(first, second, link)).toMatchObject({ kind: 'refused' })
    expect(headOf(ACME)).toBe(first)
    expect(repository.git(['symbolic-ref', link])).toBe(ACME)
  })

  test('gives up where somebody holds the lock, and leaves it to them', async () => {
    const lock = join(repository.gitDir, `${ACME}.lock`)
    writeFileSync(lock, '')
    expect(await move(first, second)).toEqual({ kind: 'locked' })
    expect(existsSync(lock)).toBe(true)
    expect(headOf(ACME)).toBe(first)
  })

  test('of many at once each has an outcome of its own', async () => {
    const refs = Array.from({ length: 150 }, (_, i) => `refs/heads/customer/t${i}` as RefName)
    const made = await writer.move(refs.map((ref) => ({ ref, from: null, to: first, message: 'made' })))
    expect(made).toEqual(refs.map(() => ({ kind: 'moved' })))
    const moved = await writer.move(
      refs.map((ref, i) => ({ ref, from: i % 3 === 0 ? second : first, to: second, message: 'moved' })),
    )
    expect(moved).toEqual(refs.map((_, i) => (i % 3 === 0 ? { kind: 'stale', found: first } : { kind: 'moved' })))
  })
})

test('of writers here and writers that are git, each move is made by exactly one', async () => {
  // A chain of commits: whoever moves the branch from one to the next has won that link.
  const chain = [first]
  for (let i = 0; i < 12; i += 1) {
    chain.push(repository.git(['commit-tree', `${first}^{tree}`, '-p', chain[i]!, '-m', `${i}`]) as Oid)
  }
  const byGit = async (from: Oid, to: Oid): Promise<boolean> => {
    try {
      await promisify(execFile)('git', ['update-ref', ACME, to, from], { cwd: repository.path, env: GIT_ENV })
      return true
    } catch {
      return false
    }
  }
  for (const [i, from] of chain.slice(0, -1).entries()) {
    const to = chain[i + 1]!
    const wins = await Promise.all([
      byGit(from, to),
      move(from, to).then((outcome) => outcome?.kind === 'moved'),
      byGit(from, to),
      move(from, to).then((outcome) => outcome?.kind === 'moved'),
    ])
    expect(wins.filter(Boolean), `link ${i}`).toHaveLength(1)
    expect(headOf(ACME)).toBe(to)
  }
  expect(locks()).toEqual([])
})

describe('a branch that is checked out', () => {
  const main = 'refs/heads/main' as RefName
  const file = (): string => join(repository.path, 'config/limits.yaml')

  test('takes a clean work tree and its index along', async () => {
    expect(await move(first, second, main)).toEqual({ kind: 'moved' })
    expect(readFileSync(file(), 'utf8')).toBe('requests: 20\n')
    expect(repository.git(['status', '--porcelain'])).toBe('')
    expect(repository.git(['reflog', 'show', '--format=%H %gs', 'HEAD']).split('\n')[0]).toBe(`${second} a move`)
  })

  test.each([
    ['a changed file', () => writeFileSync(file(), 'mine\n'), ['config/limits.yaml']],
    [
      'a staged file',
      () => {
        writeFileSync(join(repository.path, 'new.txt'), 'mine\n')
        repository.git(['add', 'new.txt'])
      },
      ['new.txt'],
    ],
  ])('stays where the work tree has %s, which is named', async (_, change, paths) => {
    change()
    const before = repository.git(['status', '--porcelain'])
    expect(await move(first, second, main)).toEqual({
      kind: 'checked-out-dirty',
      workTree: repository.path,
      state: 'ready',
      paths,
    })
    expect(headOf('main')).toBe(first)
    expect(repository.git(['status', '--porcelain'])).toBe(before)
    expect(locks()).toEqual([])
  })

  test('stays where an untracked file is where the commit has one', async () => {
    const added = repository.commit('other', { files: { 'notes.txt': 'theirs\n' }, parent: first }) as Oid
    writeFileSync(join(repository.path, 'notes.txt'), 'mine\n')
    expect(await move(first, added, main)).toMatchObject({ kind: 'checked-out-dirty', paths: ['notes.txt'] })
    expect(readFileSync(join(repository.path, 'notes.txt'), 'utf8')).toBe('mine\n')
  })

  test('in a linked work tree is treated alike', async () => {
    const linked = join(folder, 'linked')
    repository.git(['worktree', 'add', '--quiet', linked, 'customer/acme'])
    expect(await move(first, second)).toEqual({ kind: 'moved' })
    expect(readFileSync(join(linked, 'config/limits.yaml'), 'utf8')).toBe('requests: 20\n')
    writeFileSync(join(linked, 'config/limits.yaml'), 'mine\n')
    expect(await move(second, first)).toMatchObject({ kind: 'checked-out-dirty', paths: ['config/limits.yaml'] })
    rmSync(linked, { recursive: true })
    expect(await move(second, first)).toEqual({ kind: 'moved' })
  })

  test('in the middle of a rebase stays', async () => {
    repository.commit('customer/acme', { files: { 'a.txt': 'a\n' } })
    const onto = repository.commit('onto', { files: { 'a.txt': 'b\n' }, parent: first })
    repository.git(['checkout', '--quiet', 'customer/acme'])
    expect(() => repository.git(['rebase', '--quiet', onto])).toThrow()
    const before = headOf(ACME) as Oid
    expect(await move(before, second)).toMatchObject({ kind: 'checked-out-dirty', state: 'rebasing' })
    expect(headOf(ACME)).toBe(before)
  })
})
