/** `/api/v1/keys` and its likes below `/admin`: what they answer, what is written down, and when a key was last used. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, issue, type Made } from '../../support/keyed.ts'
import { setClock } from '../../support/set-clock.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

const clock = setClock()
let app: TestApp
let owner: Made

beforeAll(async () => {
  app = await createTestApp({ overrides: { clock } })
  app.commit('a', {})
  owner = await issue(app, { tenant: 'a' })
})
afterAll(() => app.close())

const create = (body: object) => ask(app, owner.key, '/api/v1/keys', { method: 'POST', body })

describe('issuing', () => {
  test('answers 201 with the key this once, and no cache may keep it', async () => {
    const user = await ask(app, owner.key, '/api/users', { method: 'POST', body: { email: 'u@a.example', name: 'U' } })
    const made = await create({ name: 'import', role: 'member', rate_limit: '100/minute', user_id: user.body.id })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      tenant_id: 'a',
      name: 'import',
      role: 'member',
      scopes: ['read', 'run', 'write'],
      rate_limit: '100/minute',
      user_id: user.body.id,
      status: 'active',
      created_by: `key:${owner.id}`,
      expires_at: null,
      last_used_at: null,
    })
    expect(made.headers.get('cache-control')).toBe('no-store')
    const place = made.headers.get('location') ?? ''
    expect(place).toBe(`/api/v1/keys/${made.body.id}`)

    const { key: text, ...shown } = made.body
    const read = await ask(app, owner.key, place)
    expect(read.body).toEqual(shown)
    const listed = JSON.stringify((await ask(app, owner.key, '/api/v1/keys')).body)
    expect(listed).toContain(String(made.body.id))
    expect(listed).not.toContain(String(text).split('_')[3])
    expect(listed).not.toContain('digest')
  })

  test.each([
    [{}, '/name'],
    [{ name: 'x' }, '/role'],
    [{ name: '', role: 'viewer' }, '/name'],
    [{ name: 'x', role: 'king' }, '/role'],
    [{ name: 'x', role: 'viewer', scopes: [] }, '/scopes'],
    [{ name: 'x', role: 'viewer', scopes: ['all'] }, '/scopes/0'],
    [{ name: 'x', role: 'viewer', rate_limit: '0/minute' }, '/rate_limit'],
    [{ name: 'x', role: 'viewer', expires_at: 'tomorrow' }, '/expires_at'],
    [{ name: 'x', role: 'viewer', expires_at: '2026-03-01T12:00:00Z' }, '/expires_at'],
    [{ name: 'x', role: 'viewer', expiry: '2030-01-01T00:00:00Z' }, '/expiry'],
  ])('%j is refused at %s', async (body, pointer) => {
    const answer = await create(body)
    expect(answer).toMatchObject({ status: 422, body: { code: 'body-invalid' } })
    expect(JSON.stringify(answer.body.errors)).toContain(pointer)
  })
})

test('a list is paged by id', async () => {
  for (const name of ['one', 'two', 'three']) await create({ name, role: 'viewer' })
  const ids: string[] = []
  let token: unknown = ''
  do {
    const { body } = await ask(app, owner.key, `/api/v1/keys?pageSize=2&pageToken=${token}`)
    ids.push(...(body.items as { id: string }[]).map(({ id }) => id))
    token = body.nextPageToken
  } while (token !== undefined)
  expect(ids.length).toBeGreaterThanOrEqual(4)
  expect(ids).toEqual([...new Set(ids)].sort())
})

test('a revoked key is shown as such; revoking it again changes nothing', async () => {
  const { id, key } = await issue(app, { tenant: 'a' })
  expect((await ask(app, key, '/api/v1/config')).status).toBe(200)
  const first = await ask(app, owner.key, `/api/v1/keys/${id}`, { method: 'DELETE' })
  expect(first).toMatchObject({ status: 200, body: { status: 'revoked' } })
  expect((await ask(app, key, '/api/v1/config')).status).toBe(401)
  clock.pass(1_000)
  const second = await ask(app, owner.key, `/api/v1/keys/${id}`, { method: 'DELETE' })
  expect(second.body).toEqual(first.body)
})

test('every change stands in the audit trail once, with who, and without the key', async () => {
  const made = await create({ name: 'audited', role: 'viewer' })
  const id = String(made.body.id)
  const rotated = await ask(app, owner.key, `/api/v1/keys/${id}/rotate`, {
    method: 'POST',
    body: { grace_seconds: 60 },
  })
  await ask(app, owner.key, `/api/v1/keys/${id}`, { method: 'DELETE' })
  await ask(app, owner.key, `/api/v1/keys/${id}`, { method: 'DELETE' })
  const { body } = await ask(app, undefined, '/admin/audit?pageSize=500')
  const rows = (body.items as { action: string; target: string; actor: string }[]).filter(({ target }) => target === id)
  expect(rows.map(({ action }) => action).sort()).toEqual(['key.created', 'key.revoked', 'key.rotated'])
  for (const { actor } of rows) expect(actor).toBe(`key:${owner.id}`)
  for (const { body: answer } of [made, rotated]) {
    expect(JSON.stringify(body)).not.toContain(String(answer.key).split('_')[3])
  }
})

test('a rotated key has what the old one had, and a term as long as that', async () => {
  const expires_at = new Date(clock.now() + 100_000).toISOString()
  const body = { name: 'term', role: 'analyst', scopes: ['read'], rate_limit: '5/second', expires_at }
  const made = await create(body)
  clock.pass(40_000)
  const path = `/api/v1/keys/${made.body.id}/rotate`
  const rotated = await ask(app, owner.key, path, { method: 'POST', body: { at_once: true } })
  expect(rotated.body).toMatchObject({ ...body, expires_at: new Date(clock.now() + 100_000).toISOString() })
  expect(rotated.headers.get('location')).toBe(`/api/v1/keys/${rotated.body.id}`)
})

test('its last use is written when the server ends, at the latest', async () => {
  const other = await createTestApp({ overrides: { clock } })
  other.commit('a', {})
  const { id, key } = await issue(other, { tenant: 'a' })
  await ask(other, key, '/api/v1/config')
  const usedAt = new Date(clock.now()).toISOString()
  await other.app.close()
  const { stdout } = await other.folder.espalier(['keys', 'list', '--tenant', 'a', '--json'])
  expect((JSON.parse(stdout) as { items: unknown[] }).items).toMatchObject([{ id, last_used_at: usedAt }])
  other.folder.remove()
})
