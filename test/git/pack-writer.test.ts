/** Packs written here, read and judged by git. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commitBytes } from '../../src/git/objects/commit-bytes.ts'
import { type ObjectType, objectId } from '../../src/git/objects/object-id.ts'
import type { NewObject } from '../../src/git/objects/pack-entry.ts'
import { writePack } from '../../src/git/objects/pack-writer.ts'
import { serializeTree } from '../../src/git/objects/tree-bytes.ts'
import { createTestRepository, type TestRepository } from '../support/repository.ts'

let folder: string
let repository: TestRepository
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pack-writer-'))
  repository = createTestRepository(join(folder, 'repos'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const objectOf = (type: ObjectType, bytes: Uint8Array): NewObject => ({ type, bytes, oid: objectId(type, bytes) })
const packFolder = (): string => join(repository.gitDir, 'objects/pack')
const ADA = { name: 'Ada', email: 'ada@example.com' }

/** A commit of one file, which nothing else has. */
function committed(content: string): NewObject[] {
  const blob = objectOf('blob', Buffer.from(content))
  const tree = objectOf('tree', serializeTree([{ mode: '100644', name: 'a.txt', oid: blob.oid }]))
  const made = { tree: tree.oid, parents: [], author: ADA, committer: ADA, atMs: 0, message: 'one' }
  return [blob, tree, objectOf('commit', commitBytes(made))]
}

test('git finds every object of a pack, of any size, and takes the pack for sound', async () => {
  const sizes = [0, 1, 15, 16, 2_047, 2_048, 70_000, 3_000_000]
  const objects = [...committed('hello'), ...sizes.map((size) => objectOf('blob', Buffer.alloc(size, size % 251)))]
  const { path } = await writePack(repository.gitDir, [...objects, ...objects])
  expect(repository.git(['verify-pack', '-v', path]).match(/^[0-9a-f]{40} /gm)).toHaveLength(objects.length)
  for (const { type, oid } of objects) expect(repository.git(['cat-file', '-t', oid])).toBe(type)
  repository.git(['update-ref', 'refs/heads/packed', objects[2]!.oid])
  expect(repository.git(['show', 'packed:a.txt'])).toBe('hello')
  repository.git(['fsck', '--full', '--strict'])
})

test('the index is the one that git makes of the pack', async () => {
  const blobs = fc.uniqueArray(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => objectOf('blob', bytes)),
    {
      selector: ({ oid }) => oid,
      minLength: 1,
      maxLength: 40,
    },
  )
  await fc.assert(
    fc.asyncProperty(blobs, async (objects) => {
      const { path } = await writePack(repository.gitDir, objects)
      const theirs = join(folder, 'by-git.idx')
      repository.git(['index-pack', '--strict', '-o', theirs, path])
      repository.git(['diff', '--no-index', '--exit-code', '--binary', path.replace(/pack$/, 'idx'), theirs])
    }),
    { numRuns: 15 },
  )
})

test('a pack of the same objects can be written again', async () => {
  const first = await writePack(repository.gitDir, committed('twice'))
  expect(await writePack(repository.gitDir, committed('twice'))).toMatchObject({ path: first.path })
  repository.git(['verify-pack', first.path])
})

test('what no ref leads to survives `git gc` while it is kept, and no longer', async () => {
  const objects = committed('kept')
  const pack = await writePack(repository.gitDir, objects, { keep: 'until the refs stand' })
  repository.git(['gc', '--quiet', '--prune=now'])
  expect(repository.git(['cat-file', '-t', objects[2]!.oid])).toBe('commit')
  pack.release()
  expect(readdirSync(packFolder()).filter((name) => name.endsWith('.keep'))).toEqual([])
  repository.git(['gc', '--quiet', '--prune=now'])
  expect(existsSync(pack.path)).toBe(false)
})

test('where it fails, nothing is left', async () => {
  function* broken(): Generator<NewObject> {
    yield objectOf('blob', Buffer.from('one'))
    throw new Error('no more')
  }
  await expect(writePack(repository.gitDir, broken())).rejects.toThrow('no more')
  expect(readdirSync(join(repository.gitDir, 'espalier/packs'))).toEqual([])
  expect(readdirSync(packFolder()).filter((name) => /^tmp_|keep$/.test(name))).toEqual([])
})
