/** Folders that are read beside others: whatever was read before, a tree holds what it holds by itself. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCompiler } from '../../src/app/compiler.ts'
import { openObjects } from '../../src/git/objects/objects.ts'
import type { Oid } from '../../src/kernel/ids.ts'
import { createSnapshotBuilder } from '../../src/snapshots/build.ts'
import { createTestRepository, type Files, type TestRepository } from '../support/repository.ts'

let folder: string
let repository: TestRepository
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-beside-'))
  repository = createTestRepository(folder, trunk(30))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tool = (name: string, limit = 1): string => JSON.stringify({ name, rules: [`max_n: ${limit}`] })
const trunk = (count: number): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`tools/t${i}.json`, tool(`t${i}`)]))

const compiler = createCompiler()
afterAll(() => compiler.close())

/** What tenants do to the trunk's tools, in the order in which their trees are read. */
const CHANGES: Readonly<Record<string, Files>> = {
  nothing: {},
  'adds one, before the others and after them': { 'tools/a.json': tool('own'), 'tools/z.yaml': tool('last') },
  'edits one': { 'tools/t7.json': tool('t7', 2) },
  'gives one another name': { 'tools/t7.json': tool('seven') },
  'takes one away': { 'tools/t7.json': null },
  'moves one to another file': { 'tools/t7.json': null, 'tools/a7.json': tool('t7') },
  'edits one and is wrong in another': { 'tools/t1.json': tool('t1', 3), 'tools/t2.json': '{' },
  'names one twice': { 'tools/zz.json': tool('t3') },
  'differs by case': { 'tools/T3.json': tool('other') },
  'keeps a note beside them': { 'tools/README.md': 'Ours.' },
  'has another set': Object.fromEntries(Object.keys(trunk(25)).map((path) => [path, tool(path.slice(6, -5), 9)])),
  'nothing again': {},
}

test('a tree that is read after others has the tools that it has alone, in their order, or the same problems', async () => {
  const objects = openObjects(repository.gitDir)
  const shared = createSnapshotBuilder(objects, compiler.compile)
  const seen: Record<string, unknown> = {}
  for (const [what, files] of Object.entries(CHANGES)) {
    const branch = `customer/${Object.keys(seen).length}`
    repository.commit(branch, { files: { ...files, 'own.txt': what }, parent: 'main' })
    const tree = repository.git(['rev-parse', `${branch}^{tree}`]) as Oid
    const built = await shared.build(tree)
    const alone = await createSnapshotBuilder(objects, compiler.compile).build(tree)
    if (built.kind === 'refused' || alone.kind === 'refused') {
      expect({ ...built, bytes: 0 }).toEqual({ ...alone, bytes: 0 })
      seen[what] = built.kind === 'refused' && built.problems.map(({ code }) => code)
      continue
    }
    const [ours, theirs] = [built.content.tools, alone.content.tools]
    seen[what] = ours.size
    expect([...ours.keys()]).toEqual([...theirs.keys()])
    expect(ours.size).toBe(theirs.size)
    for (const [name, { run: _run, ...summary }] of theirs) {
      const { run: _ours, ...own } = ours.get(name) ?? expect.fail(name)
      expect(own).toEqual(summary)
      expect(ours.has(name)).toBe(true)
    }
    for (const name of ['own', 'seven', 't7', 'never']) expect(ours.has(name)).toBe(theirs.has(name))
  }
  objects.close()
  expect(seen).toEqual({
    nothing: 30,
    'adds one, before the others and after them': 32,
    'edits one': 30,
    'gives one another name': 30,
    'takes one away': 29,
    'moves one to another file': 30,
    'edits one and is wrong in another': expect.any(Array),
    'names one twice': ['duplicate-name'],
    'differs by case': ['name-collides'],
    'keeps a note beside them': 30,
    'has another set': 30,
    'nothing again': 30,
  })
})
