import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

let product: TestApp
let now = Date.parse('2026-11-22T10:00:00Z')
const tenant = 'acme-corp'

beforeAll(async () => {
  product = await createTestApp({ overrides: { clock: { now: () => now, monotonic: () => now } } })
  await product.request(undefined, '/admin/tenants', post({ tenant_id: tenant }))
})
afterAll(() => product.close())

const made = async (path: string, body: object): Promise<{ id: string; key: string }> => {
  const answer = await product.request(tenant, path, post(body))
  expect(answer.status).toBe(201)
  return (await answer.json()) as { id: string; key: string }
}
const person = (name: string, role: string) => made('/api/users', { email: `${name}@acme.com`, name, role })
const keyOf = (user: { id: string }, role: string) => made('/api/v1/keys', { name: 'k', role, user_id: user.id })
const as = (key: string, method: string, path: string, body?: object): Promise<Response> =>
  product.request(undefined, path, {
    method,
    headers: { Authorization: `Bearer ${key}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })

describe('an admin', () => {
  test('makes nobody an owner, and neither demotes nor removes one', async () => {
    const owner = await person('owner', 'owner')
    await person('owner-2', 'owner')
    const admin = await person('admin', 'admin')
    const { key } = await keyOf(admin, 'admin')
    const answers = await Promise.all([
      as(key, 'PATCH', `/api/users/${admin.id}`, { role: 'owner' }),
      as(key, 'POST', '/api/users', { email: 'new@acme.com', name: 'New', role: 'owner' }),
      as(key, 'PATCH', `/api/users/${owner.id}`, { role: 'viewer' }),
      as(key, 'DELETE', `/api/users/${owner.id}`),
    ])
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403])
    expect((await as(key, 'POST', '/api/users', { email: 'new@acme.com', name: 'New' })).status).toBe(201)
  })
})

describe('a key of a user', () => {
  test('shows when the user was last active', async () => {
    const user = await person('active', 'viewer')
    const { key } = await keyOf(user, 'viewer')
    now += 60_000
    expect((await as(key, 'GET', '/api/users')).status).toBe(200)
    await product.request(tenant, '/api/analytics/requests')
    const shown = await (await product.request(tenant, `/api/users/${user.id}`)).json()
    expect(shown).toMatchObject({ membership: { lastActive: new Date(now).toISOString() } })
  })

  test('ends with the user', async () => {
    const user = await person('leaver', 'member')
    const { key } = await keyOf(user, 'member')
    expect((await as(key, 'GET', '/api/users')).status).toBe(200)
    expect((await product.request(tenant, `/api/users/${user.id}`, { method: 'DELETE' })).status).toBe(204)
    now += 3_000
    expect((await as(key, 'GET', '/api/users')).status).toBe(401)
  })

  test('ends where it could do more than the user still may', async () => {
    const user = await person('demoted', 'admin')
    const strong = await keyOf(user, 'admin')
    const weak = await keyOf(user, 'viewer')
    await product.request(tenant, `/api/users/${user.id}`, { method: 'PATCH', body: '{"role": "member"}' })
    now += 3_000
    expect((await as(strong.key, 'GET', '/api/users')).status).toBe(401)
    expect((await as(weak.key, 'GET', '/api/users')).status).toBe(200)
  })
})

describe('a plan', () => {
  test('bounds how many users a tenant has', async () => {
    await product.request(undefined, '/admin/tenants', post({ tenant_id: 'small', plan: 'free' }))
    const add = (i: number) => product.request('small', '/api/users', post({ email: `u${i}@small.example`, name: 'U' }))
    for (let i = 0; i < 5; i += 1) expect((await add(i)).status).toBe(201)
    const answer = await add(5)
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'tenant-limit-reached', limit: { name: 'users', value: 5 } })
    expect(await (await product.request('small', '/api/users')).json()).toHaveLength(5)
  })
})
