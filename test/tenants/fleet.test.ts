/** Branches that people made by hand, in whatever asks for all tenants. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

let app: TestApp
beforeEach(async () => {
  app = await createTestApp()
})
afterEach(() => app.close())

const branch = (name: string): unknown => app.repository.git(['branch', name, 'main'])
const ask = async (path: string, init?: Parameters<TestApp['request']>[2]): Promise<Record<string, unknown>> =>
  (await (await app.request(undefined, path, init)).json()) as Record<string, unknown>
const listed = async (): Promise<unknown[]> => {
  const { items } = (await ask('/admin/tenants')) as { items: { tenant_id: string }[] }
  return items.map(({ tenant_id }) => tenant_id)
}

test('the list has them before anybody has asked for one, each with its line of the trail', async () => {
  for (const name of ['acme', 'globex']) branch(`customer/${name}`)
  expect(await listed()).toEqual(['acme', 'globex'])
  branch('customer/initech')
  expect(await Promise.all([listed(), listed()])).toEqual([
    ['acme', 'globex', 'initech'],
    ['acme', 'globex', 'initech'],
  ])
  const { items } = (await ask('/admin/audit?action=tenant.adopted')) as { items: { tenant: string; actor: unknown }[] }
  expect(items.map(({ tenant }) => tenant).toSorted()).toEqual(['acme', 'globex', 'initech'])
})

test('a rollout reaches them', async () => {
  for (const name of ['acme', 'globex']) branch(`customer/${name}`)
  app.repository.commit('main', { files: { 'config/limits.yaml': 'requests: 20\n' } })
  const run = await ask('/admin/rollouts', post({ waves: [{ percent: 100 }] }))
  expect(run).toMatchObject({ status: 'planned', counts: { clean: 2 } })
})

test('what is no tenant, or none any more, stays so', async () => {
  await ask('/admin/tenants', post({ tenant_id: 'gone' }))
  await app.request(undefined, '/admin/tenants/gone', { method: 'DELETE' })
  for (const name of ['customer/Not_An_Id', 'customer/team/sub', 'customer/a-b', 'customer/a_b', 'feature/x'])
    branch(name)
  app.repository.git(['symbolic-ref', 'refs/heads/customer/alias', 'refs/heads/customer/a-b'])
  // Of two that would have one schema name, the first has it.
  expect((await listed()).filter((id) => id !== 'gone')).toEqual(['a-b'])
  expect((await listed()).filter((id) => id !== 'gone')).toEqual(['a-b'])
  expect(await ask('/admin/tenants/gone')).toMatchObject({ status: 'deleted' })
})

function branches(count: number): void {
  const head = app.repository.git(['rev-parse', 'main'])
  const lines = Array.from({ length: count }, (_, i) => `create refs/heads/customer/t${i} ${head}\n`)
  app.repository.git(['update-ref', '--stdin'], lines.join(''))
}

test('a server that has started takes them in unasked, and hurries when somebody waits for all', async () => {
  branches(100)
  const ending = new AbortController()
  const settled = app.app.afterStart(ending.signal)
  await vi.waitFor(async () => expect((await app.app.tenants.registry.all()).length).toBeGreaterThan(0))
  branch('customer/late')
  expect(await app.app.tenants.fleet.all()).toHaveLength(101)
  await settled
  branch('customer/later')
  ending.abort()
  await app.app.afterStart(ending.signal)
  expect(await app.app.tenants.registry.all()).toHaveLength(101)
})

test('hundreds come in at once', async () => {
  branches(300)
  const { items } = (await ask('/admin/tenants?pageSize=100')) as { items: unknown[] }
  expect(items).toHaveLength(100)
  expect(await app.app.tenants.registry.all()).toHaveLength(300)
})
