/** A tenant's plan is the same alone, when its trees are read, and among many, when Git tells how they differ. */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCompiler } from '../../../src/app/compiler.ts'
import { openPlanner } from '../../../src/git/rollouts/open-planner.ts'
import type { Oid, RefName, TenantId } from '../../../src/kernel/ids.ts'
import type { PlannedTenant, Target } from '../../../src/rollouts/plan/plan.ts'
import { createFolder, type Folder } from '../../support/folder.ts'
import { BASE_FILES, type Files, GIT_ENV } from '../../support/repository.ts'

/** Beside the product's own files, so that main and a tenant can meet in a folder of any name. */
const BASE: Files = {
  ...BASE_FILES,
  'docs/a.txt': 'a\n',
  'docs/deep/b.txt': 'b\n',
  'dößig/a.txt': 'a\n',
  'x.a': 'between a file and a folder of one name\n',
  x: 'a file\n',
  // What this asks for is for people who look at differences, not for merges.
  '.gitmodules': '[submodule "theirs"]\n\tpath = docs/theirs\n\turl = ./theirs\n\tignore = all\n',
  'docs/theirs': { submodule: '1111111111111111111111111111111111111111' },
}

const TENANTS: Readonly<Record<string, Files>> = {
  'as-it-was': {},
  'a-file-edited': { 'docs/a.txt': 'other\n' },
  'a-file-added-to-each-folder': { 'docs/deep/c.txt': 'c\n', 'docs/c.txt': 'c\n', 'c.txt': 'c\n' },
  'a-folder-added': { 'mine/deep/a.txt': 'a\n' },
  'a-folder-deleted': { 'docs/deep/b.txt': null },
  'a-file-made-a-folder': { x: null, 'x/y': 'y\n' },
  'a-folder-made-a-file': { 'docs/deep/b.txt': null, 'docs/deep': 'no folder\n' },
  'a-link': { 'docs/a.txt': { link: 'deep/b.txt' } },
  'a-submodule': { 'docs/sub': { submodule: '0123456789012345678901234567890123456789' } },
  'a-submodule-moved-that-is-to-be-ignored': {
    'docs/theirs': { submodule: '2222222222222222222222222222222222222222' },
  },
  'names-beyond-ascii': { 'docs/ä.txt': 'ä\n', 'dößig/b.txt': 'b\n' },
  'what-main-edits': { 'config/limits.yaml': 'requests: 10\nnested: { "a/b": [2, { "~": tilde }] }\n' },
  'what-main-edits-otherwise': { 'config/limits.yaml': 'requests: 30\nnested: { "a/b": [1, { "~": tilde }] }\n' },
  'what-main-deletes': { 'docs/deep/b.txt': 'mine\n' },
}

const CHANGE: Files = {
  'config/limits.yaml': 'requests: 20\nnested: { "a/b": [1, { "~": tilde }] }\n',
  'docs/new.txt': 'new\n',
  'docs/deep/b.txt': null,
  'docs/deep/new.txt': 'new\n',
  'dößig/new.txt': 'new\n',
}

let folder: Folder
let compiler: ReturnType<typeof createCompiler>
let start: Oid
let targets: Target[]
beforeEach(() => {
  folder = createFolder(BASE)
  compiler = createCompiler()
  start = folder.repository.git(['rev-parse', 'main']) as Oid
  targets = []
  for (const [tenant, files] of Object.entries(TENANTS)) add(tenant, folder.commit(tenant, files))
})
afterEach(async () => {
  await compiler.close()
  folder.remove()
})

function add(tenant: string, head: string): void {
  targets.push({
    tenant: tenant as TenantId,
    ref: `refs/heads/customer/${tenant}` as RefName,
    head: head as Oid,
    hold: null,
    reapply: null,
    decisions: new Map(),
  })
}

async function planned(trunk: Oid, of: readonly Target[]): Promise<PlannedTenant[]> {
  const planner = openPlanner(folder.repository.gitDir, compiler)
  const all: PlannedTenant[] = []
  for await (const group of planner.plan(trunk, of)) all.push(...group)
  planner.close()
  return all
}

async function requireSame(): Promise<Record<string, string>> {
  const trunk = folder.repository.commit('main', { files: CHANGE }) as Oid
  const together = await planned(trunk, targets)
  for (const [i, target] of targets.entries()) expect(await planned(trunk, [target])).toEqual([together[i]])
  return Object.fromEntries(together.map(({ tenant, outcome }) => [tenant, outcome.kind]))
}

/** A tree of `entries`, taken as it is, and a commit of it on the start of main. */
function commitOf(entries: readonly (readonly [mode: string, name: string, oid: string])[]): string {
  const bytes = Buffer.concat(
    entries.map(([mode, name, oid]) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')])),
  )
  const tree = git(['hash-object', '-t', 'tree', '--literally', '-w', '--stdin'], bytes)
  return git(['commit-tree', tree, '-p', start, '-m', 'change'])
}

const git = (args: readonly string[], input: string | Buffer = ''): string =>
  execFileSync('git', args, { cwd: folder.repository.path, env: GIT_ENV, input }).toString().trim()

/** The entries of the root of main as it began. */
const entriesOfStart = (): [mode: string, name: string, oid: string][] =>
  git(['ls-tree', '-z', start])
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [mode = '', , oid = ''] = line.split('\t')[0]!.split(' ')
      return [mode.replace(/^0/, ''), line.split('\t')[1]!, oid]
    })

test('whatever a tenant did to files, folders, links and submodules', async () => {
  const kinds = await requireSame()
  expect(new Set(Object.values(kinds))).toEqual(new Set(['clean', 'structural', 'conflict']))
})

test('trees that git would not write are refused alike', async () => {
  const entries = entriesOfStart()
  const blob = git(['hash-object', '-w', '--stdin'], 'mine\n')
  add('out-of-order', commitOf([...entries.slice(1), entries[0]!]))
  add('added-out-of-order', commitOf([...entries, ['100644', 'zz', blob], ['100644', 'zy', blob]]))
  add('a-name-twice', commitOf([...entries, ['100644', 'zz', blob], ['100644', 'zz', blob]]))
  expect(await requireSame()).toMatchObject({
    'out-of-order': 'invalid',
    'added-out-of-order': 'invalid',
    'a-name-twice': 'invalid',
    'a-file-edited': 'clean',
  })
})

test('a tree that is missing is told of its own tenant alone', async () => {
  const head = folder.commit('damaged', { 'docs/a.txt': 'damaged\n' })
  const tree = git(['rev-parse', `${head}:docs`])
  rmSync(join(folder.repository.gitDir, 'objects', tree.slice(0, 2), tree.slice(2)))
  add('damaged', head)
  expect(await requireSame()).toMatchObject({ damaged: 'invalid', 'a-file-edited': 'clean' })
})
