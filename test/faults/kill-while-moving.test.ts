/**
 * `kill -9` at any step of moving many branches at once: each is where it was or where it was to go, as git sees it, and the
 * next process finishes the work. Sixteen steps of one move; with ESPALIER_SOAK=1 each.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRefWriter } from '../../src/git/refs/ref-updates.ts'
import { createRefReader } from '../../src/git/refs/refs.ts'
import type { Oid, RefName } from '../../src/kernel/ids.ts'
import { createTestRepository, type TestRepository } from '../support/repository.ts'
import { bundlePath, bundleProgram } from './bundle.ts'

const PROGRAM = bundlePath('move-process')
const isSoak = process.env.ESPALIER_SOAK === '1'
const REFS = Array.from({ length: 12 }, (_, i) => `refs/heads/customer/t${String(i).padStart(2, '0')}` as RefName)
/** More changes than one move of all of them makes: the last try ends by itself. */
const STEPS = 80

let folder: string
let repository: TestRepository
let first: Oid
let second: Oid
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kill-while-moving-'))
  repository = createTestRepository(join(folder, 'repos'))
  first = repository.git(['rev-parse', 'main']) as Oid
  second = repository.commit('second', { files: { 'a.txt': 'a\n' }, parent: first }) as Oid
  await bundleProgram('move-process')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const movesFrom = (heads: ReadonlyMap<RefName, Oid>) =>
  REFS.map((ref) => ({ ref, from: heads.get(ref)!, to: second, message: 'a move' })).filter(
    ({ from, to }) => from !== to,
  )

/** As git has them. */
function heads(): Map<RefName, Oid> {
  const lines = repository
    .git(['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads/customer/'])
    .split('\n')
  return new Map(lines.map((line) => line.split(' ') as [RefName, Oid]))
}

/** Every third branch is packed and has no file, every third is packed and has a newer file, every third has only a file. */
function reset(): void {
  const set = (refs: readonly RefName[], to: Oid): unknown =>
    repository.git(['update-ref', '--stdin'], refs.map((ref) => `update ${ref} ${to}\n`).join(''))
  set(REFS, first)
  rmSync(join(repository.gitDir, 'packed-refs'), { force: true })
  const newer = REFS.filter((_, i) => i % 3 === 1)
  const onlyLoose = REFS.filter((_, i) => i % 3 === 2)
  set(newer, second)
  repository.git(['update-ref', '--stdin'], onlyLoose.map((ref) => `delete ${ref}\n`).join(''))
  repository.git(['pack-refs', '--all'])
  set([...newer, ...onlyLoose], first)
}

const leftovers = (): string[] =>
  readdirSync(repository.gitDir, { recursive: true })
    .map(String)
    .filter((path) => /\.lock$|^espalier\/.*\//.test(path))

test('every branch is whole, and goes on', async () => {
  const all = Array.from({ length: STEPS }, (_, step) => step)
  const moved = new Set<number>()
  for (const step of isSoak ? all : all.filter((at) => at % 5 === 4)) {
    reset()
    const asked = JSON.stringify(movesFrom(heads()))
    const { signal } = spawnSync(process.execPath, [PROGRAM, repository.gitDir, String(step)], { input: asked })
    const found = heads()
    expect([...found.keys()]).toEqual(REFS)
    for (const head of found.values()) expect([first, second]).toContain(head)
    const count = [...found.values()].filter((head) => head === second).length
    expect(signal === 'SIGKILL' || count === REFS.length).toBe(true)
    moved.add(count)

    const { gitDir } = repository
    const by = { name: 'Espalier', email: 'espalier@example.com' }
    const refs = createRefReader(gitDir)
    for (const [ref, oid] of found) expect(refs.read(ref)).toEqual({ kind: 'oid', oid })
    const next = openRefWriter({ gitDir, workTree: undefined, refs, by, clock: Date })
    await next.mend()
    expect(leftovers()).toEqual([])
    execFileSync('git', ['pack-refs', '--all'], { cwd: repository.path })
    expect(heads(), 'git packs what each branch holds').toEqual(found)
    const rest = await next.moveMany(movesFrom(found))
    expect(rest.every(({ kind }) => kind === 'moved')).toBe(true)
    expect(new Set(heads().values())).toEqual(new Set([second]))
  }
  // Kills before the first, between two and after the last one.
  expect(moved.size).toBeGreaterThan(3)
  repository.git(['fsck', '--strict'])
})
