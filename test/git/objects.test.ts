/** Trees as the snapshots see them. The oracle is isomorphic-git: another implementation of the same format. */
import fs, { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import isomorphicGit from 'isomorphic-git'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openObjects } from '../../src/git/objects/objects.ts'
import { parseOid } from '../../src/kernel/ids.ts'
import { createTestRepository, type TestRepository } from '../support/repository.ts'

let folder: string
let repository: TestRepository
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-trees-'))
  repository = createTestRepository(folder, {
    'tools/a.json': '{}',
    'tools/ä ö.json': '{}',
    'tools/a/b.json': '{}',
    'tools.json': '{}',
    link: { link: 'tools' },
    vendor: { submodule: '2'.repeat(40) },
  })
})
afterAll(() => rmSync(folder, { recursive: true }))

test('a commit gives its tree, and a tree its entries as another implementation reads them', async () => {
  const objects = openObjects(repository.gitDir)
  const commit = parseOid(repository.git(['rev-parse', 'main'])) ?? expect.fail()
  const tree = await objects.treeOf(commit)
  expect(tree).toBe(repository.git(['rev-parse', 'main^{tree}']))
  const tools = parseOid(repository.git(['rev-parse', 'main:tools'])) ?? expect.fail()
  for (const oid of [tree, tools]) {
    const theirs = await isomorphicGit.readTree({ fs, gitdir: repository.gitDir, oid })
    const ours = await objects.readTree(oid)
    // It sorts folders by their bare names.
    expect(new Map(ours.map(({ name, oid: id }) => [name, id]))).toEqual(
      new Map(theirs.tree.map(({ path, oid: id }) => [path, id])),
    )
  }
  const kinds = (await objects.readTree(tree)).map(({ name, kind }) => [name, kind])
  expect(kinds).toEqual([
    ['link', 'symlink'],
    ['tools.json', 'file'],
    ['tools', 'tree'],
    ['vendor', 'submodule'],
  ])
  objects.close()
})

test('the tree of a commit comes with the commit, and where it cannot it is told of by its own id', async () => {
  const objects = openObjects(repository.gitDir)
  const oidOf = (revision: string) => parseOid(repository.git(['rev-parse', revision])) ?? expect.fail()
  const tree = oidOf('main^{tree}')
  const root = await objects.rootOf(oidOf('main'))
  expect(root.oid).toBe(tree)
  const entries = root.entries([])
  expect(entries).toEqual(await objects.readTree(tree))
  expect(root.entries(entries)).toEqual(entries)

  const lost = '3'.repeat(40)
  const text = `tree ${lost}\nauthor A <a@b.c> 1 +0000\ncommitter A <a@b.c> 1 +0000\n\nx\n`
  const write = ['hash-object', '-w', '--literally', '--stdin', '-t', 'commit']
  const commit = parseOid(repository.git(write, text)) ?? expect.fail()
  await expect(objects.rootOf(commit)).rejects.toThrow(`The tree ${lost} cannot be read: it is missing`)
  await expect(objects.rootOf(tree)).rejects.toThrow(`The commit ${tree} cannot be read: it is a tree`)
  objects.close()
})

test('a file that is larger than asked for is not read', async () => {
  const objects = openObjects(repository.gitDir)
  const oid = parseOid(repository.git(['hash-object', '-w', '--stdin'], 'x'.repeat(1_001))) ?? expect.fail()
  expect(await objects.readBlob(oid, 1_000)).toEqual({ kind: 'too-large', size: 1_001 })
  expect(await objects.readBlob(oid, 1_001)).toMatchObject({ kind: 'bytes', bytes: { length: 1_001 } })
  objects.close()
})
