/**
 * Attacks 1 and 4: A's key and B's things. By header, by id, by path: nothing of B comes back, and nothing tells
 * whether it exists.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, issue, type Made } from '../support/keyed.ts'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

let app: TestApp
let a: Made
let b: Made
let operator: Made

beforeAll(async () => {
  app = await createTestApp()
  app.commit('a', { 'config/features.json': '{"canary": "of-a"}' })
  app.commit('b', { 'config/features.json': '{"canary": "of-b"}' })
  a = await issue(app, { tenant: 'a' })
  b = await issue(app, { tenant: 'b' })
  operator = await issue(app, { tenant: null })
})
afterAll(() => app.close())

describe("A's key with another tenant in X-Tenant-ID", () => {
  const PATHS = ['/api/v1/config', '/api/v1/tools', '/api/v1/history', '/api/v1/executions', '/api/v1/keys']

  test.each(PATHS)('at GET %s: 403, the same for a tenant that exists and one that does not', async (path) => {
    const answers = await Promise.all(
      ['b', 'nobody-has-this-id'].map((tenant) => ask(app, a.key, path, { headers: { 'X-Tenant-ID': tenant } })),
    )
    for (const { status, body } of answers) {
      expect(status).toBe(403)
      expect(body.code).toBe('tenant-mismatch')
      expect(JSON.stringify(body)).not.toContain('of-b')
    }
    const [there, absent] = answers.map(({ body }) => ({ ...body, requestId: '' }))
    expect(there).toEqual(absent)
  })

  test('at POST: nothing runs', async () => {
    const headers = { 'X-Tenant-ID': 'b' }
    const body = { tool: 'double', input: { n: 4 } }
    expect(await ask(app, a.key, '/api/v1/execute', { method: 'POST', headers, body })).toMatchObject({ status: 403 })
    expect(await ask(app, a.key, '/api/v1/keys', { method: 'POST', headers, body })).toMatchObject({ status: 403 })
    const ran = await ask(app, b.key, '/api/v1/executions')
    expect(ran.body.items).toEqual([])
  })

  test('the refusals stand in the audit trail, in one row with a count', async () => {
    await app.app.audit.denials.flush()
    const trail = await ask(app, undefined, '/admin/audit?action=access.denied')
    const rows = trail.body.items as { actor: string; tenant_id: string; after: { reason: string; count: number } }[]
    const mismatches = rows.filter(({ after }) => after.reason === 'tenant-mismatch')
    expect(mismatches).toHaveLength(1)
    expect(mismatches[0]).toMatchObject({ actor: `key:${a.id}` })
    expect(mismatches[0]?.after.count).toBeGreaterThan(2)
  })
})

test('without the header, and with its own tenant in it, the key decides', async () => {
  for (const headers of [{}, { 'X-Tenant-ID': 'a' }] as Record<string, string>[]) {
    const { status, body } = await ask(app, a.key, '/api/v1/config/features/canary', { headers })
    expect(status).toBe(200)
    expect(body).toEqual('of-a')
  }
})

test('a malformed X-Tenant-ID, and two of them, stay malformed', async () => {
  for (const tenant of ['../main', 'A', 'a, b', 'a,a']) {
    const answer = await ask(app, a.key, '/api/v1/config', { headers: { 'X-Tenant-ID': tenant } })
    expect(answer, tenant).toMatchObject({ status: 400, body: { code: 'tenant-invalid-id' } })
  }
})

test("an operator's key names the tenant by header, and has to", async () => {
  const headers = { 'X-Tenant-ID': 'b' }
  expect((await ask(app, operator.key, '/api/v1/config/features/canary', { headers })).body).toEqual('of-b')
  expect(await ask(app, operator.key, '/api/v1/config')).toMatchObject({
    status: 400,
    body: { code: 'tenant-required' },
  })
})

describe("ids of B's with A's key: the same 404 as ids of nothing", () => {
  const same = async (path: (id: string) => string, id: string, nothing: string, method = 'GET', body?: object) => {
    const request = { method, ...(body ? { body } : {}) }
    const theirs = await ask(app, a.key, path(id), request)
    const nobodys = await ask(app, a.key, path(nothing), request)
    expect(theirs.status).toBe(404)
    expect({ ...theirs.body, requestId: '' }).toEqual({ ...nobodys.body, requestId: '' })
  }

  test('an execution', async () => {
    await ask(app, b.key, '/api/v1/execute', { method: 'POST', body: { tool: 'double', input: { n: 4 } } })
    const listed = await ask(app, b.key, '/api/v1/executions')
    const id = (listed.body.items as { id: string }[])[0]?.id ?? ''
    expect((await ask(app, b.key, `/api/v1/executions/${id}`)).status).toBe(200)
    await same(
      (each) => `/api/v1/executions/${each}`,
      id,
      id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    )
  })

  test('a key: read, rotated, revoked', async () => {
    const nothing = 'AAAAAAAAAAAA'
    await same((id) => `/api/v1/keys/${id}`, b.id, nothing)
    await same((id) => `/api/v1/keys/${id}`, operator.id, nothing)
    await same((id) => `/api/v1/keys/${id}/rotate`, b.id, nothing, 'POST', { at_once: true })
    await same((id) => `/api/v1/keys/${id}`, b.id, nothing, 'DELETE')
    expect((await ask(app, b.key, '/api/v1/config')).status).toBe(200)
  })

  test('the list of A holds keys of A', async () => {
    const { body } = await ask(app, a.key, '/api/v1/keys')
    expect((body.items as { tenant_id: string }[]).map((key) => key.tenant_id)).toEqual(['a'])
  })
})

test.each([
  ['GET', '/admin/tenants'],
  ['GET', '/admin/tenants/a'],
  ['GET', '/admin/tenants/b'],
  ['GET', '/admin/tenants/b/keys'],
  ['POST', '/admin/tenants/b/keys'],
  ['POST', '/admin/tenants/a/keys'],
  ['GET', '/admin/keys'],
  ['POST', '/admin/keys'],
])("A's owner at %s %s: 403", async (method, path) => {
  const body = { name: 'x', role: 'owner' }
  const answer = await ask(app, a.key, path, method === 'POST' ? { method, body } : { method })
  expect(answer).toMatchObject({ status: 403, body: { code: 'access-denied' } })
})

test('a header alone is trusted no further than a key: with a bad key the request is refused', async () => {
  const answer = await app.request('a', '/api/v1/execute', {
    ...post({ tool: 'double', input: { n: 4 } }),
    headers: { 'X-API-Key': '' },
  })
  expect(answer.status).toBe(401)
})
