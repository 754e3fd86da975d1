/** Refs that move again and again, by two files in turns: judged by git, by readers, and by who has linked the files. */
import { closeSync, linkSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRefWriter, type RefWriter } from '../../src/git/refs/ref-updates.ts'
import { createRefReader } from '../../src/git/refs/refs.ts'
import type { Oid, RefName } from '../../src/kernel/ids.ts'
import { createTestRepository, type TestRepository } from '../support/repository.ts'

const ACME = 'refs/heads/customer/acme' as RefName

let folder: string
let repository: TestRepository
let writer: RefWriter
/** Each the parent of the next. */
let commits: Oid[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spare-files-'))
  repository = createTestRepository(join(folder, 'repos'))
  const { gitDir } = repository
  const by = { name: 'Espalier', email: 'espalier@example.com' }
  const refs = createRefReader(gitDir)
  writer = openRefWriter({ gitDir, workTree: repository.path, refs, by, clock: Date })
  commits = [repository.git(['rev-parse', 'main']) as Oid]
  for (let i = 1; i <= 6; i += 1) {
    const files = { 'config/limits.yaml': `requests: ${i}\n` }
    commits.push(repository.commit('customer/acme', { files, parent: commits.at(-1)! }) as Oid)
  }
  repository.git(['update-ref', ACME, commits[0]!])
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const path = (): string => join(repository.gitDir, ACME)
const fileOf = (): number => statSync(path()).ino
const spares = (): string[] => readdirSync(join(repository.gitDir, 'espalier/locks'))

/** From the commit of that number to the next. */
async function move(from: number): Promise<void> {
  const update = { ref: ACME, from: commits[from]!, to: commits[from + 1]!, message: `move ${from}` }
  expect(await Promise.all(writer.moveInCache([update]))).toEqual([{ kind: 'moved' }])
  expect(repository.git(['rev-parse', ACME])).toBe(commits[from + 1])
}

test('two files take turns, git sees each move, and closing leaves none of them', async () => {
  const files: number[] = [fileOf()]
  for (let from = 0; from < 4; from += 1) {
    await move(from)
    files.push(fileOf())
  }
  expect(files.slice(2)).toEqual([files[0], files[1], files[0]])
  expect(repository.git(['reflog', 'show', '--format=%H', ACME]).split('\n').slice(0, 4)).toEqual(
    commits.slice(1, 5).toReversed(),
  )
  expect(spares()).toHaveLength(1)
  writer.close()
  expect(spares()).toEqual([])
  await move(4)
})

test('a file that somebody has linked, as a copy of the repository may have it, is never written over', async () => {
  await move(0)
  const copy = join(folder, 'copy')
  linkSync(path(), copy)
  await move(1)
  await move(2)
  await move(3)
  expect(readFileSync(copy, 'latin1')).toBe(`${commits[1]}\n`)
})

test('after somebody else has moved or packed the ref, a file from before that is not taken up', async () => {
  await move(0)
  const before = openSync(path(), 'r')
  await move(1)
  repository.git(['update-ref', ACME, commits[3]!])
  await move(3)
  expect(readFileSync(before, 'latin1')).toBe(`${commits[1]}\n`)
  closeSync(before)
  repository.git(['pack-refs', '--all'])
  await move(4)
  await move(5)
})

test('a file that is gone, or holds something else than a commit, is made anew', async () => {
  await move(0)
  for (const name of spares()) rmSync(join(repository.gitDir, 'espalier/locks', name))
  await move(1)
  await move(2)
})

test('one that cannot be moved leaves nothing behind', async () => {
  await move(0)
  const stale = { ref: ACME, from: commits[0]!, to: commits[2]!, message: 'too late' }
  const found = commits[1]
  expect(await Promise.all(writer.moveInCache([stale]))).toEqual([{ kind: 'stale', found }])
  await move(1)
  writer.close()
  expect(spares()).toEqual([])
})
