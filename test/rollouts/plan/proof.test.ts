/** What is shown to be valid without looking at the whole tree is what looking at it would say. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCompiler } from '../../../src/app/compiler.ts'
import { headsBelow } from '../../../src/git/refs/tenant-heads.ts'
import { openPlanner } from '../../../src/git/rollouts/open-planner.ts'
import type { Oid, TenantId } from '../../../src/kernel/ids.ts'
import { createFolder, type Folder } from '../../support/folder.ts'
import { BASE_FILES, type Files } from '../../support/repository.ts'

let folder: Folder
let compiler: ReturnType<typeof createCompiler>

beforeEach(() => {
  folder = createFolder({ ...BASE_FILES, 'tools/spare.json': tool('spare'), 'tools/other.json': tool('other') })
  compiler = createCompiler()
})
afterEach(async () => {
  await compiler.close()
  folder.remove()
})

function tool(name: string): string {
  return JSON.stringify({ name, description: `Does ${name}.`, rules: ['max_n: 1'] })
}
const workflow = (name: string, stages: readonly string[]): string =>
  `name: ${name}\ndescription: Runs.\nstages: [${stages.join(', ')}]\n`

/** Each differs from main's base in one way that a change of main may meet. */
const TENANTS: Readonly<Record<string, Files>> = {
  'own-config': { 'config/own.yaml': 'mine: 1\n' },
  'own-tool': { 'tools/mine.json': tool('mine') },
  'own-tool-of-the-new-name': { 'tools/mine.json': tool('fresh') },
  'own-tool-of-the-new-name-escaped': { 'tools/mine.json': tool('fresh').replace('"fresh"', '"\\u0066resh"') },
  'own-tool-that-only-speaks-of-it': { 'tools/mine.json': tool('mine').replace('Does mine', 'Is no fresh') },
  'own-file-that-differs-by-case': { 'tools/Fresh.json': tool('mine') },
  'own-folder-that-differs-by-case': { 'Notes/a.txt': 'mine\n' },
  'own-workflow-of-the-removed': { 'workflows/mine.yaml': workflow('mine', ['small', 'spare']) },
  'own-workflow-of-the-removed-escaped': { 'workflows/mine.yaml': 'name: mine\nstages: ["\\u0073pare"]\n' },
  'own-workflow-apart': { 'workflows/mine.yaml': workflow('mine', ['small']) },
  'own-workflow-that-calls-the-changed': { 'workflows/mine.yaml': workflow('mine', ['both']) },
  'removed-a-tool-that-is-used-now': { 'tools/other.json': null },
  'renamed-a-tool-that-is-used-now': { 'tools/other.json': tool('otherwise') },
  'edited-a-tool-that-is-used-now': { 'tools/other.json': tool('other').replace('max_n: 1', 'max_n: 2') },
  'removed-a-tool-that-nobody-uses': { 'tools/spare.json': null },
  'own-config-of-the-new-stem': { 'config/extra.json': '{"a": 1}' },
  'edited-what-main-edits': { 'config/limits.yaml': 'requests: 10\nnested: { "a/b": [1, { "~": tilde }] }\nown: 1\n' },
  'has-an-error-already': { 'tools/mine.json': '{"name": 1}' },
}

const CHANGES: Readonly<Record<string, Files>> = {
  'a tool is added': { 'tools/fresh.json': tool('fresh') },
  'a tool is removed': { 'tools/spare.json': null },
  'a tool is renamed': { 'tools/spare.json': tool('fresh') },
  'a workflow uses another tool': { 'workflows/both.yaml': workflow('both', ['small', 'other']) },
  'a workflow calls one that a tenant may have': {
    'workflows/both.yaml': workflow('both', ['small', 'second']),
    'workflows/second.yaml': workflow('second', ['double']),
  },
  'a file of configuration is added': { 'config/extra.yaml': 'a: 2\n' },
  'a folder is added': { 'notes/a.txt': 'core\n' },
  'values are edited': {
    'config/limits.yaml': 'requests: 20\nnested: { "a/b": [1, { "~": tilde }] }\n',
    'tools/small.json': BASE_FILES['tools/small.json'].replace('100', '200'),
  },
}

test.each(Object.entries(CHANGES))('where on main %s', async (_, change) => {
  for (const [tenant, files] of Object.entries(TENANTS)) folder.commit(tenant, files)
  const trunk = folder.repository.commit('main', { files: change }) as Oid
  const { gitDir } = folder.repository
  const heads = await headsBelow(gitDir, 'refs/heads/customer/')
  const broken = heads.find(({ ref }) => ref.endsWith('/has-an-error-already'))?.head

  const outcomes = async (known: readonly Oid[]): Promise<Record<string, string>> => {
    const planner = openPlanner(gitDir, compiler)
    const found: Record<string, string> = {}
    const targets = heads.map(({ ref, head }) => ({
      tenant: ref.split('/').at(-1) as TenantId,
      ref,
      head,
      hold: null,
      reapply: null,
      decisions: new Map(),
    }))
    for await (const group of planner.plan(trunk, targets, new Set(known))) {
      for (const { tenant, outcome } of group) {
        const errors = outcome.kind === 'invalid' ? outcome.caused.map(({ code, file }) => ` ${code} in ${file}`) : []
        found[tenant] = outcome.kind + errors.join(',')
      }
    }
    planner.close()
    return found
  }

  const checked = await outcomes([])
  expect(await outcomes(heads.map(({ head }) => head).filter((head) => head !== broken))).toEqual(checked)
  expect(Object.keys(checked)).toHaveLength(Object.keys(TENANTS).length)
})

test('the changes of main meet tenants in as many ways as are foreseen', async () => {
  folder.commit('meets', { 'tools/mine.json': tool('fresh'), 'workflows/mine.yaml': workflow('mine', ['spare']) })
  const trunk = folder.repository.commit('main', {
    files: { 'tools/fresh.json': tool('fresh'), 'tools/spare.json': null },
  }) as Oid
  const [{ ref, head } = { ref: undefined, head: undefined }] = await headsBelow(
    folder.repository.gitDir,
    'refs/heads/customer/',
  )
  const planner = openPlanner(folder.repository.gitDir, compiler)
  const target = {
    tenant: 'meets' as TenantId,
    ref: ref!,
    head: head!,
    hold: null,
    reapply: null,
    decisions: new Map(),
  }
  for await (const [planned] of planner.plan(trunk, [target], new Set([head!]))) {
    expect(planned?.outcome).toMatchObject({
      kind: 'invalid',
      caused: [{ code: 'duplicate-name', file: 'tools/mine.json' }],
    })
  }
  planner.close()
})
