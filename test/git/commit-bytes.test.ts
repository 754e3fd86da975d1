/** Commits written here, read by git. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commitBytes, type NewCommit } from '../../src/git/objects/commit-bytes.ts'
import { objectId } from '../../src/git/objects/object-id.ts'
import type { Oid } from '../../src/kernel/ids.ts'
import { createTestRepository, type TestRepository } from '../support/repository.ts'

const RUNS = process.env.ESPALIER_SOAK === '1' ? 500 : 25

let folder: string
let repository: TestRepository
let tree: Oid
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'commit-bytes-'))
  repository = createTestRepository(join(folder, 'repos'))
  tree = repository.git(['rev-parse', 'main^{tree}']) as Oid
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const write = (commit: NewCommit): string => {
  const bytes = commitBytes(commit)
  // hash-object refuses what fsck would.
  const id = repository.git(['hash-object', '-t', 'commit', '-w', '--stdin'], bytes)
  expect(objectId('commit', bytes)).toBe(id)
  return id
}
const shown = (id: string, format: string): string => repository.git(['show', '-s', `--format=${format}`, id])

const ADA = { name: 'Ada', email: 'ada@example.com' }

test('git reads what was written', () => {
  const parent = repository.git(['rev-parse', 'main']) as Oid
  const id = write({
    tree,
    parents: [parent],
    author: ADA,
    committer: { name: 'Zoë Ω', email: 'zoe@example.com' },
    atMs: Date.parse('2026-03-01T12:00:00.999Z'),
    message: 'Subject  \r\n\r\n\r\n\r\nBody\n\n',
  })
  expect(shown(id, '%T %P|%an|%ae|%aI|%cn|%ce|%cI|%B')).toBe(
    `${tree} ${parent}|Ada|ada@example.com|2026-03-01T12:00:00+00:00|Zoë Ω|zoe@example.com|2026-03-01T12:00:00+00:00|Subject\n\nBody`,
  )
})

test('no name, address or message adds a header or another person', () => {
  const hostile = fc.string({
    unit: fc.constantFrom('a', ' ', '\n', '\r', '\0', '<', '>', '.', '"', 'é', '\ud800', '\nparent ', '\n\n', '0'),
    maxLength: 12,
  })
  const identity = fc.record({ name: hostile, email: hostile })
  fc.assert(
    fc.property(identity, identity, hostile, (author, committer, message) => {
      const id = write({ tree, parents: [], author, committer, atMs: 1_000, message })
      expect(shown(id, '%T|%P|%at|%ct')).toBe(`${tree}||1|1`)
      const headers = repository.git(['cat-file', 'commit', id]).split('\n\n')[0]?.split('\n')
      expect(headers?.map((line) => line.split(' ')[0])).toEqual(['tree', 'author', 'committer'])
    }),
    { numRuns: RUNS },
  )
})
