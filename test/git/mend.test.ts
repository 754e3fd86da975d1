/** What a process that was killed over a move left behind, and who comes next. */
import { spawnSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RefWriter } from '../../src/git/refs/ref-updates.ts'
import type { Oid, RefName } from '../../src/kernel/ids.ts'
import { createRefRig, type RefRig } from '../support/ref-rig.ts'
import type { TestRepository } from '../support/repository.ts'

const MAIN = 'refs/heads/main' as RefName
const ACME = 'refs/heads/customer/acme' as RefName

let rig: RefRig
let repository: TestRepository
let writer: RefWriter
let first: Oid
let second: Oid
beforeEach(() => {
  rig = createRefRig()
  ;({ repository, writer, first } = rig)
  const files = { 'config/limits.yaml': 'requests: 20\n', 'config/new.json': '{}', 'config/features.json': null }
  second = repository.commit('customer/acme', { files, parent: first }) as Oid
  repository.git(['update-ref', ACME, first])
})
afterEach(() => rig.remove())

/** Of a process that has ended. */
const deadPid = (): number => spawnSync('true').pid
/** As the product names what it has in use: by process, machine, and what it is about. */
const nameBy = (pid: number, subject: string): string =>
  [pid, hostname(), 'uuid', 1, encodeURIComponent(subject)].join('~')

/** The lock of `ref`, taken by the process `pid`. */
function lockBy(pid: number, ref: string): string {
  const draft = join(repository.gitDir, 'espalier/locks', nameBy(pid, ref))
  mkdirSync(dirname(draft), { recursive: true })
  writeFileSync(draft, `${second}\n`)
  const lock = join(repository.gitDir, `${ref}.lock`)
  linkSync(draft, lock)
  return lock
}

/** What is written down before a work tree is touched. */
function noteBy(pid: number): void {
  const note = join(repository.gitDir, 'espalier/checkouts', nameBy(pid, 'checkout'))
  mkdirSync(dirname(note), { recursive: true })
  writeFileSync(note, JSON.stringify({ ref: MAIN, from: first, to: second, workTree: repository.path }))
}

const move = async (ref: RefName) => (await writer.move([{ ref, from: first, to: second, message: 'a move' }]))[0]
const status = (): string => repository.git(['status', '--porcelain'])
const left = (): string[] =>
  readdirSync(join(repository.gitDir, 'espalier'), { recursive: true })
    .map(String)
    .filter((path) => path.includes('~'))

describe('a lock', () => {
  test('of a process that is gone is no obstacle to the next move', async () => {
    lockBy(deadPid(), ACME)
    expect(await move(ACME)).toEqual({ kind: 'moved' })
    expect(left()).toEqual([])
  })

  test('of a process that is gone goes at the next start', async () => {
    const lock = lockBy(deadPid(), ACME)
    await writer.mend()
    expect(existsSync(lock)).toBe(false)
    expect(repository.git(['rev-parse', ACME])).toBe(first)
  })

  test('of a process that lives stays', async () => {
    const lock = lockBy(process.ppid, ACME)
    expect(await move(ACME)).toEqual({ kind: 'locked' })
    await writer.mend()
    expect(existsSync(lock)).toBe(true)
  })

  test("of git's own stays, also where a process that is gone had wanted it", async () => {
    const lock = lockBy(deadPid(), ACME)
    rmSync(lock)
    writeFileSync(lock, '')
    await writer.mend()
    expect(existsSync(lock)).toBe(true)
  })
})

describe('a work tree whose branch did not follow', () => {
  test.each([
    ['was not touched yet', () => {}],
    ['was brought forward', () => void repository.git(['read-tree', '-m', '-u', first, second])],
    [
      'was brought forward in part',
      () => {
        writeFileSync(join(repository.path, 'config/limits.yaml'), 'requests: 20\n')
        writeFileSync(join(repository.path, 'config/new.json'), '{}')
      },
    ],
  ])('is as it was after the next start, where it %s', async (_, touch) => {
    noteBy(deadPid())
    touch()
    await writer.mend()
    expect(status()).toBe('')
    expect(readFileSync(join(repository.path, 'config/limits.yaml'), 'utf8')).toBe(
      `${repository.git(['show', 'main:config/limits.yaml'])}\n`,
    )
    expect(left()).toEqual([])
    expect(await move(MAIN)).toEqual({ kind: 'moved' })
    expect(status()).toBe('')
  })

  test('keeps what somebody has changed since', async () => {
    noteBy(deadPid())
    writeFileSync(join(repository.path, 'config/new.json'), '{}')
    writeFileSync(join(repository.path, 'config/limits.yaml'), 'mine\n')
    await writer.mend()
    expect(status()).toBe('M config/limits.yaml')
    expect(readFileSync(join(repository.path, 'config/limits.yaml'), 'utf8')).toBe('mine\n')
  })

  test('whose branch did follow stays where it is', async () => {
    noteBy(deadPid())
    repository.git(['reset', '--quiet', '--hard', second])
    await writer.mend()
    expect(status()).toBe('')
    expect(repository.git(['rev-parse', 'main'])).toBe(second)
    expect(left()).toEqual([])
  })
})
