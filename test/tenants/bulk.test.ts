/** Thousands of tenants in one request. */
import { afterEach, expect, test } from 'vitest'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

let app: TestApp
afterEach(() => app.close())

type Answer = { created: number; failed: number; items: { tenant_id: unknown; status: number; code?: string }[] }

const bulk = async (tenants: unknown): Promise<Answer> =>
  (await (await app.request(undefined, '/admin/tenants:bulk', post({ tenants }))).json()) as Answer

test('each has an outcome of its own, and those that are right are made', async () => {
  app = await createTestApp()
  await app.request(undefined, '/admin/tenants', post({ tenant_id: 'there' }))
  app.commit('by-hand', {})
  const { created, failed, items } = await bulk([
    { tenant_id: 'good', owner_email: 'jo@acme.com', issue_key: true },
    { tenant_id: 'there' },
    { tenant_id: 'Bad' },
    { tenant_id: 'good' },
    { tenant_id: 'wrong', plann: 'pro' },
    { plan: 'pro' },
    { tenant_id: 'by-hand' },
    { tenant_id: 'fine', plan: 'pro' },
  ])
  expect({ created, failed }).toEqual({ created: 2, failed: 6 })
  expect(items.map(({ tenant_id, status, code }) => [tenant_id, status, code])).toEqual([
    ['good', 201, undefined],
    ['there', 409, 'tenant-exists'],
    ['Bad', 400, 'tenant-invalid-id'],
    ['good', 409, 'tenant-exists'],
    ['wrong', 422, 'body-invalid'],
    [null, 422, 'body-invalid'],
    ['by-hand', 409, 'tenant-exists'],
    ['fine', 201, undefined],
  ])
  expect(items[0]).toMatchObject({ api_key: expect.stringMatching(/^esp_/) })
  for (const id of ['good', 'fine']) expect((await app.request(id, '/api/v1/config')).status).toBe(200)
})

/** Several batches; with ESPALIER_SOAK=1 as many as one request takes. */
const MANY = process.env.ESPALIER_SOAK === '1' ? 10_000 : 2_500

test('thousands at once, and a list of some of them', async () => {
  app = await createTestApp()
  const tenants = Array.from({ length: MANY }, (_, i) => ({
    tenant_id: `t-${i}`,
    labels: { tens: String(Math.floor(i / 10)) },
  }))
  expect(await bulk(tenants)).toMatchObject({ created: MANY, failed: 0 })
  expect(app.repository.git(['for-each-ref', 'refs/heads/customer/']).split('\n')).toHaveLength(MANY)
  app.repository.commit('main', { files: { 'config/new.json': '{}' } })
  app.repository.git(['update-ref', 'refs/heads/customer/t-2222', 'refs/heads/main'])
  const answer = await app.request(undefined, '/admin/tenants?state=behind-main&label=tens:222')
  const { items } = (await answer.json()) as { items: { tenant_id: string }[] }
  expect(items).toHaveLength(9)
  const live = await app.request(undefined, '/admin/tenants?state=degraded')
  expect(await live.json()).toEqual({ items: [] })
})

test('more than ten thousand, or none, are refused', async () => {
  app = await createTestApp()
  const refused = async (tenants: unknown): Promise<number> =>
    (await app.request(undefined, '/admin/tenants:bulk', post({ tenants }))).status
  expect(await refused([])).toBe(422)
  expect(await refused(Array.from({ length: 10_001 }, () => ({ tenant_id: 'x' })))).toBe(422)
})
