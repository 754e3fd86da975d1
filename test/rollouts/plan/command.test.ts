import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFolder, type Folder } from '../../support/folder.ts'
import { BASE_FILES } from '../../support/repository.ts'

let folder: Folder

beforeEach(() => {
  folder = createFolder()
})
afterEach(() => folder.remove())

type Planned = { tenant: string; outcome: string } & Record<string, unknown>

async function plan(
  args: readonly string[] = [],
): Promise<{ code: number; tenants: Record<string, Planned> } & Record<string, unknown>> {
  const { code, stdout, stderr } = await folder.espalier(['rollout', 'plan', '--json', '--details', ...args])
  const document = JSON.parse(stdout || JSON.stringify({ tenants: [], stderr }))
  const tenants = Object.fromEntries(document.tenants.map((planned: Planned) => [planned.tenant, planned]))
  return { ...document, code, tenants }
}

const main = (files: Parameters<Folder['commit']>[1]): string => folder.repository.commit('main', { files })
const refs = (): string => folder.repository.git(['for-each-ref'])
const objects = (): string => folder.repository.git(['count-objects', '-v'])

const DOUBLE = BASE_FILES['tools/double.yaml']

test('each tenant has its outcome, and nothing is moved or written', async () => {
  folder.commit('untouched', { 'config/own.yaml': 'mine: 1\n' })
  folder.commit('apart', { 'tools/double.yaml': DOUBLE.replace('Doubles a number.', 'Doubles it.') })
  folder.commit('beside', { 'config/limits.yaml': 'requests: 10\nnested: { "a/b": [1, { "~": tilde }], own: 1 }\n' })
  folder.commit('differs', { 'config/limits.yaml': 'requests: 12\nnested: { "a/b": [1, { "~": tilde }] }\n' })
  folder.commit('differs-too', { 'config/limits.yaml': 'requests: 12\nnested: { "a/b": [1, { "~": tilde }] }\n' })
  main({
    'config/limits.yaml': 'requests: 11\nnested: { "a/b": [1, { "~": tilde }] , new: 2 }\n',
    'tools/double.yaml': DOUBLE.replace("'twice {n}'", "'twice {n}', '{n} twice'"),
  })
  folder.repository.git(['branch', 'customer/current', 'main'])
  const [before, held] = [refs(), objects()]

  const { code, tenants, counts, conflicts } = await plan()
  expect(code).toBe(4)
  expect([refs(), objects()]).toEqual([before, held])
  expect(counts).toEqual({ noop: 1, clean: 1, structural: 2, conflict: 2, invalid: 0, held: 0 })
  expect(tenants.untouched).toMatchObject({
    outcome: 'clean',
    changes: [
      { path: 'config/limits.yaml', change: 'changed' },
      { path: 'tools/double.yaml', change: 'changed' },
    ],
  })
  expect(tenants.beside).toMatchObject({ outcome: 'structural', structural: ['config/limits.yaml'] })
  expect(tenants.current).toMatchObject({ outcome: 'noop' })
  expect(conflicts).toEqual([
    {
      path: 'config/limits.yaml',
      pointer: '/requests',
      kind: 'edit-edit',
      base: '10',
      ours: '12',
      theirs: '11',
      fingerprint: expect.stringMatching(/^[0-9a-f]{40}$/),
      tenants: ['differs', 'differs-too'],
    },
  ])
})

test("a tool that main removes is missed by the tenant's own workflow, at its line and column", async () => {
  folder.commit('caller', { 'workflows/own.yaml': 'name: own\ndescription: Mine.\nstages:\n- small\n- double\n' })
  folder.commit('bystander', { 'config/own.yaml': 'mine: 1\n' })
  main({ 'tools/double.yaml': null, 'workflows/both.yaml': 'name: both\ndescription: Checks.\nstages: [small]\n' })

  const { code, tenants } = await plan()
  expect(code).toBe(1)
  expect(tenants.bystander).toMatchObject({ outcome: 'clean' })
  expect(tenants.caller).toMatchObject({
    outcome: 'invalid',
    errors: [{ file: 'workflows/own.yaml', line: 5, column: 3, pointer: '/stages/1', code: 'unknown-stage' }],
    present: [],
  })
  const { stdout } = await folder.espalier(['rollout', 'plan'])
  expect(stdout).toContain('workflows/own.yaml:5:3: "double" is no tool or workflow of this tenant.')
})

test('an error that the tenant has already is told apart from those that the merge would cause', async () => {
  folder.commit('broken', { 'config/own.yaml': 'a: [\n' })
  main({ 'config/features.json': '{"beta": true}' })
  const { code, tenants } = await plan()
  expect(code).toBe(0)
  expect(tenants.broken).toMatchObject({ outcome: 'invalid', errors: [], present: [{ file: 'config/own.yaml' }] })
})

test('a commit that is not valid itself breaks everybody, and says so', async () => {
  folder.commit('anyone', { 'config/own.yaml': 'mine: 1\n' })
  main({ 'workflows/both.yaml': 'name: both\nstages: [small, nothing]\n' })
  const { code, trunkErrors, tenants } = await plan()
  expect(code).toBe(1)
  expect(trunkErrors).toMatchObject([{ file: 'workflows/both.yaml', code: 'unknown-stage' }])
  expect(tenants.anyone).toMatchObject({ outcome: 'invalid' })
})

test('another branch than main is planned by --from, for the tenants that are named', async () => {
  folder.commit('one', { 'config/own.yaml': 'mine: 1\n' })
  folder.commit('two', { 'config/own.yaml': 'mine: 2\n' })
  folder.repository.commit('proposal', {
    parent: 'refs/heads/main^0',
    files: { 'config/features.json': '{"beta": true}' },
  })
  const { tenants, trunk } = await plan(['--from', 'proposal', '--tenant', 'two'])
  expect(Object.keys(tenants)).toEqual(['two'])
  expect(trunk).toBe(folder.repository.git(['rev-parse', 'proposal']))
  expect((await folder.espalier(['rollout', 'plan', '--from', 'nowhere'])).code).toBe(3)
  expect((await folder.espalier(['rollout', 'plan', '--tenant', 'nobody'])).code).toBe(3)
})

test('a branch whose objects are damaged, or that shares no commit with main, stops no other one', async () => {
  folder.commit('sound', { 'config/own.yaml': 'mine: 1\n' })
  folder.repository.commit('customer/stranger', { parent: null, files: { 'config/own.yaml': 'mine: 1\n' } })
  const missing = folder.repository.git(
    ['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'],
    `tree ${'1'.repeat(40)}\nparent ${folder.repository.git(['rev-parse', 'main'])}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx\n`,
  )
  folder.repository.git(['update-ref', 'refs/heads/customer/damaged', missing])
  main({ 'config/features.json': '{"beta": true}' })
  const { tenants } = await plan()
  expect(tenants.sound).toMatchObject({ outcome: 'clean' })
  expect(tenants.stranger).toMatchObject({ outcome: 'conflict', conflicts: [{ kind: 'no-common-commit' }] })
  expect(tenants.damaged).toMatchObject({ outcome: 'invalid', present: [{ code: 'object-unreadable' }] })
})

test("what the rules of main's config/merge.yaml say of a path stands, whoever changed it", async () => {
  main({
    'config/merge.yaml':
      'rules:\n- { path: config/features.json, owner: tenant }\n- { path: config/limits.yaml, owner: platform }\n',
  })
  folder.commit('ruled', { 'config/limits.yaml': 'requests: 99\n' })
  main({
    'config/features.json': '{"beta": true}',
    'tools/small.json': BASE_FILES['tools/small.json'].replace('100', '200'),
  })
  const { tenants } = await plan()
  expect(tenants.ruled).toMatchObject({
    outcome: 'clean',
    changes: [
      { path: 'config/limits.yaml', change: 'changed' },
      { path: 'tools/small.json', change: 'changed' },
    ],
  })
})
