import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, type Init, post, type TestApp } from '../support/test-app.ts'

let product: TestApp
let now = Date.parse('2026-11-22T10:00:00Z')
const HOUR_MS = 3_600_000

beforeAll(async () => {
  product = await createTestApp({ overrides: { clock: { now: () => now, monotonic: () => now } } })
  for (const tenant_id of ['acme-corp', 'globex']) {
    await product.request(undefined, '/admin/tenants', post({ tenant_id }))
  }
})
afterAll(() => product.close())

const keyed = (key: string, init: Init): Init => ({ ...init, headers: { ...init.headers, 'Idempotency-Key': key } })
const addUser = (tenant: string, key: string, email: string): Promise<Response> =>
  product.request(tenant, '/api/users', keyed(key, post({ email, name: 'N' })))
const bodyOf = async (answer: Response): Promise<{ id?: string; code?: string }> => (await answer.json()) as object
const executions = async (tenant: string): Promise<number> => {
  const answer = await product.request(tenant, '/api/v1/executions?pageSize=500')
  return ((await answer.json()) as { items: unknown[] }).items.length
}

describe('a repeated request with an idempotency key', () => {
  test('is done once and answered twice', async () => {
    const first = await addUser('acme-corp', 'once', 'once@example.com')
    const again = await addUser('acme-corp', 'once', 'once@example.com')
    expect([first.status, again.status]).toEqual([201, 201])
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
    expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
    expect(await again.text()).toBe(await first.text())
  })

  test('runs its tool once', async () => {
    const before = await executions('acme-corp')
    const run = keyed('run', post({ text: 'double 12' }))
    const first = await (await product.request('acme-corp', '/api/v1/execute', run)).json()
    expect(await (await product.request('acme-corp', '/api/v1/execute', run)).json()).toEqual(first)
    expect(await executions('acme-corp')).toBe(before + 1)
  })

  test('gets a refusal again, as it was', async () => {
    await addUser('acme-corp', 'refusal-1', 'refusal@example.com')
    const first = await addUser('acme-corp', 'refusal-2', 'refusal@example.com')
    const again = await addUser('acme-corp', 'refusal-2', 'refusal@example.com')
    expect([first.status, again.status]).toEqual([409, 409])
    expect(again.headers.get('content-type')).toBe('application/problem+json')
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(await again.text()).toBe(await first.text())
  })

  test('is done again after 24 hours', async () => {
    await addUser('acme-corp', 'day', 'day@example.com')
    now += 24 * HOUR_MS - 1
    expect((await addUser('acme-corp', 'day', 'day@example.com')).headers.get('idempotency-replayed')).toBe('true')
    now += 1
    const later = await addUser('acme-corp', 'day', 'day@example.com')
    expect([later.status, later.headers.get('idempotency-replayed')]).toEqual([409, null])
  })

  test('is answered by a process that was started since', async () => {
    const first = await (await addUser('acme-corp', 'restart', 'restart@example.com')).text()
    const { createApp } = await import('../../src/app.ts')
    const { readConfig } = await import('../../src/boot/config.ts')
    const clock = { now: () => now, monotonic: () => now }
    const other = await createApp(readConfig(product.folder.env, product.folder.path), { clock })
    const again = await other.server.request('http://localhost/api/users', {
      ...keyed('restart', post({ email: 'restart@example.com', name: 'N' })),
      headers: { 'X-Tenant-ID': 'acme-corp', 'Idempotency-Key': 'restart' },
    })
    expect([again.status, await again.text()]).toEqual([201, first])
    await other.close()
  })
})

describe('an idempotency key', () => {
  test('and its request are in the database as nothing that a guess could be tested against', async () => {
    const body = post({ email: 'guess@example.com', name: 'N' }).body ?? ''
    await addUser('acme-corp', 'guessable', 'guess@example.com')
    const { createHash } = await import('node:crypto')
    const { default: Sqlite } = await import('better-sqlite3')
    const database = new Sqlite(join(product.folder.path, 'data/espalier.sqlite'), { readonly: true })
    const rows = JSON.stringify(database.prepare('select * from idempotency').all())
    database.close()
    expect(rows).toContain('acme-corp')
    for (const text of ['guessable', body, `POST /api/users\n${body}`]) {
      expect(rows).not.toContain(createHash('sha256').update(text).digest('hex'))
    }
  })

  test('is refused with another body or path', async () => {
    await addUser('acme-corp', 'other', 'other@example.com')
    const body = await addUser('acme-corp', 'other', 'else@example.com')
    expect([body.status, (await bodyOf(body)).code]).toEqual([422, 'idempotency-key-reused'])
    const path = await product.request('acme-corp', '/api/v1/execute', keyed('other', post({ text: 'double 1' })))
    expect(path.status).toBe(422)
  })

  test('of one tenant says nothing about the same key of another', async () => {
    const acme = await bodyOf(await addUser('acme-corp', 'shared', 'shared@example.com'))
    const globex = await addUser('globex', 'shared', 'another@example.com')
    expect(globex.status).toBe(201)
    expect(globex.headers.get('idempotency-replayed')).toBeNull()
    expect((await bodyOf(globex)).id).not.toBe(acme.id)
  })

  test('that comes twice at once does its work once; the other request is told to wait', async () => {
    const run = keyed('at-once', post({ text: 'double 12' }))
    const before = await executions('globex')
    const all = await Promise.all(Array.from({ length: 8 }, () => product.request('globex', '/api/v1/execute', run)))
    const conflicts = all.filter(({ status }) => status === 409)
    expect(all.filter(({ status }) => status === 200).length + conflicts.length).toBe(8)
    expect(await executions('globex')).toBe(before + 1)
    for (const conflict of conflicts) {
      expect(conflict.headers.get('retry-after')).toBe('1')
      expect((await bodyOf(conflict)).code).toBe('idempotency-conflict')
    }
  })

  test.each(['', 'with space', 'ü', 'x'.repeat(256)])('is refused as %j', async (key) => {
    const answer = await addUser('acme-corp', key, 'bad-key@example.com')
    expect([answer.status, (await bodyOf(answer)).code]).toEqual([400, 'idempotency-key-invalid'])
  })

  test('is not looked at where the request only reads', async () => {
    const init = { headers: { 'Idempotency-Key': 'with space' } }
    expect((await product.request('acme-corp', '/api/users', init)).status).toBe(200)
  })
})
