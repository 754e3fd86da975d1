/** Attack 10: a viewer that writes, and keys that issue, rotate or end keys with more power than their own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, issue, type Made } from '../support/keyed.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let app: TestApp
let viewer: Made
let admin: Made
let owner: Made
let narrow: Made

beforeAll(async () => {
  app = await createTestApp()
  app.commit('a', {})
  viewer = await issue(app, { tenant: 'a', role: 'viewer', scopes: ['read', 'run', 'write', 'admin'] })
  admin = await issue(app, { tenant: 'a', role: 'admin' })
  owner = await issue(app, { tenant: 'a', role: 'owner' })
  narrow = await issue(app, { tenant: 'a', role: 'owner', scopes: ['admin', 'read'] })
})
afterAll(() => app.close())

const create = (key: Made, body: object) =>
  ask(app, key.key, '/api/v1/keys', { method: 'POST', body: { name: 'mine', ...body } })

describe('a viewer, even with every scope', () => {
  test.each([
    ['POST', '/api/v1/keys', { name: 'mine', role: 'owner' }],
    ['POST', '/api/v1/keys', { name: 'mine', role: 'viewer' }],
    ['POST', '/api/v1/execute', { tool: 'double', input: { n: 1 } }],
    ['POST', '/api/v1/tools/double/run', { n: 1 }],
    ['POST', '/admin/tenants', { tenant_id: 'mine' }],
  ])('at %s %s: 403 that names the right', async (method, path, body) => {
    const answer = await ask(app, viewer.key, path, { method, body })
    expect(answer).toMatchObject({ status: 403, body: { code: 'access-denied' } })
    expect(answer.body.detail).toContain(`"${answer.body.right}"`)
  })

  test('cannot rotate, end or see keys, its own among them', async () => {
    for (const id of [viewer.id, owner.id]) {
      const rotated = await ask(app, viewer.key, `/api/v1/keys/${id}/rotate`, {
        method: 'POST',
        body: { at_once: true },
      })
      expect(rotated.status).toBe(403)
      expect((await ask(app, viewer.key, `/api/v1/keys/${id}`, { method: 'DELETE' })).status).toBe(403)
      expect((await ask(app, viewer.key, `/api/v1/keys/${id}`)).status).toBe(403)
    }
  })
})

test('an admin issues admins and less, no owner', async () => {
  expect((await create(admin, { role: 'owner' })).status).toBe(403)
  for (const role of ['admin', 'member', 'analyst', 'viewer']) expect((await create(admin, { role })).status).toBe(201)
})

test('no key of a tenant issues an operator, by any name', async () => {
  for (const body of [{ role: 'operator' }, { role: 'owner', tenant: null }, { role: 'owner', tenant_id: 'b' }]) {
    expect((await create(owner, body)).status).toBe(422)
  }
})

test('a key gives no scope that it lacks, asked for or by default', async () => {
  expect((await create(narrow, { role: 'viewer', scopes: ['read'] })).status).toBe(201)
  expect((await create(narrow, { role: 'viewer', scopes: ['run'] })).status).toBe(403)
  expect((await create(narrow, { role: 'member' })).status).toBe(403)
})

test('an admin cannot take over an owner by rotating its key, nor lock it out', async () => {
  const rotated = await ask(app, admin.key, `/api/v1/keys/${owner.id}/rotate`, {
    method: 'POST',
    body: { at_once: true },
  })
  expect(rotated).toMatchObject({ status: 403, body: { code: 'access-denied', right: 'keys:write' } })
  expect((await ask(app, admin.key, `/api/v1/keys/${owner.id}`, { method: 'DELETE' })).status).toBe(403)
  expect((await ask(app, owner.key, '/api/v1/config')).status).toBe(200)
})

test('an operator of few scopes makes none of more', async () => {
  const few = await issue(app, { tenant: null, scopes: ['admin'] })
  const answer = await ask(app, few.key, '/admin/keys', { method: 'POST', body: { name: 'more' } })
  expect(answer.status).toBe(403)
})
