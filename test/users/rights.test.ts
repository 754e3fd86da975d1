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

  test('ends with the user, on the very next request', async () => {
    const user = await person('leaver', 'member')
    const { key } = await keyOf(user, 'member')
    expect((await as(key, 'GET', '/api/users')).status).toBe(200)
    expect((await product.request(tenant, `/api/users/${user.id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await as(key, 'GET', '/api/users')).status).toBe(401)
  })

  test('is of a member of the tenant, and nobody learns of the members of others', async () => {
    await product.request(undefined, '/admin/tenants', post({ tenant_id: 'globex' }))
    const add = await product.request('globex', '/api/users', post({ email: 'eve@globex.com', name: 'Eve' }))
    const stranger = (await add.json()) as { id: string }
    const gone = await person('gone', 'member')
    await product.request(tenant, `/api/users/${gone.id}`, { method: 'DELETE' })
    for (const path of ['/api/v1/keys', `/admin/tenants/${tenant}/keys`]) {
      for (const user_id of [stranger.id, gone.id, '019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b', 'eve@globex.com']) {
        const answer = await product.request(tenant, path, post({ name: 'k', role: 'viewer', user_id }))
        expect([answer.status, await answer.json()]).toMatchObject([
          422,
          { code: 'body-invalid', errors: [{ pointer: '/user_id', detail: 'This tenant has no such user.' }] },
        ])
      }
    }
    const { items } = (await (await product.request(tenant, '/api/v1/keys')).json()) as { items: { user_id: string }[] }
    expect(items.map(({ user_id }) => user_id)).not.toContain(stranger.id)
  })

  test.each([
    ['viewer', 'analyst'],
    ['analyst', 'member'],
    ['member', 'admin'],
    ['admin', 'owner'],
  ])('of the role %s does not have the role %s', async (role, above) => {
    const user = await person(`below-${above}`, role)
    const body = { name: 'k', role: above, user_id: user.id }
    const answer = await product.request(tenant, '/api/v1/keys', post(body))
    expect([answer.status, await answer.json()]).toMatchObject([422, { errors: [{ pointer: '/role' }] }])
    await keyOf(user, role)
  })

  test('is renewed while the user is there, and never after', async () => {
    const user = await person('renewed', 'member')
    const { id } = await keyOf(user, 'member')
    const rotated = await made(`/api/v1/keys/${id}/rotate`, { grace_seconds: 3_600 })
    const isOf = (await product.request(tenant, `/api/v1/keys/${rotated.id}`)).json()
    expect(await isOf).toMatchObject({ user_id: user.id, role: 'member' })
    await product.request(tenant, `/api/users/${user.id}`, { method: 'DELETE' })
    const answer = await product.request(tenant, `/api/v1/keys/${rotated.id}/rotate`, post({ at_once: true }))
    expect([answer.status, (await answer.json()) as object]).toMatchObject([409, { code: 'key-not-active' }])
  })

  test('ends where it could do more than the user still may', async () => {
    const user = await person('demoted', 'admin')
    const strong = await keyOf(user, 'admin')
    const weak = await keyOf(user, 'viewer')
    await product.request(tenant, `/api/users/${user.id}`, { method: 'PATCH', body: '{"role": "member"}' })
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
