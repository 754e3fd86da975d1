/**
 * Attacks 5, 6 and 7: keys with a wrong checksum or secret, rotated, expired, revoked. Whatever is wrong, the answer is
 * the same; a wrong checksum costs no look at the database.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKeyDigests } from '../../src/access/keys/digest.ts'
import { newKeyText, readPresented, withChecksum } from '../../src/access/keys/format.ts'
import { KEY_STALENESS_MS } from '../../src/access/keys/store.ts'
import { createKeyVerifier } from '../../src/access/keys/verify.ts'
import { keyLookup } from '../../src/storage/keys/key-lookup.ts'
import { ask, issue, type Made } from '../support/keyed.ts'
import { setClock } from '../support/set-clock.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const clock = setClock()
let app: TestApp
let key: Made

beforeAll(async () => {
  app = await createTestApp({ overrides: { clock }, env: { ESPALIER_ADMIN_TOKEN: 't'.repeat(32) } })
  app.commit('a', {})
  app.commit('b', {})
  key = await issue(app, { tenant: 'a' })
})
afterAll(() => app.close())

const config = (text: string) => ask(app, text, '/api/v1/config')

/** The right id with another secret, and the checksum that belongs to it. */
function forged({ id }: Made): string {
  const { id: other, text } = newKeyText('live')
  return withChecksum(text.slice(0, -7).replace(other, id))
}

/** Another last character. */
const damaged = (text: string): string => text.replace(/.$/, (last) => (last === '0' ? '1' : '0'))

describe('every key that is not valid', () => {
  test('gets the same 401, whatever is wrong with it', async () => {
    const revoked = await issue(app, { tenant: 'a' })
    await ask(app, undefined, `/admin/tenants/a/keys/${revoked.id}`, { method: 'DELETE' })
    const expired = await issue(app, { tenant: 'a', expires_at: new Date(clock.now() + 1_000).toISOString() })
    clock.pass(1_000)
    const forgery = forged(key)
    expect(readPresented(forgery)).toEqual({ kind: 'own', id: key.id })

    const wrong = [
      damaged(key.key),
      newKeyText('live').text,
      forgery,
      revoked.key,
      expired.key,
      'pk_acme_abc123',
      'x',
      't'.repeat(33),
    ]
    const answers = await Promise.all(wrong.map(config))
    for (const { status, headers, body } of answers) {
      expect(status).toBe(401)
      expect(headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
      expect({ ...body, requestId: '' }).toEqual({ ...answers[0]?.body, requestId: '' })
      expect(body.code).toBe('credentials-invalid')
    }
    expect((await config(key.key)).status).toBe(200)
  })

  test('is told apart in the audit trail, by the name of the key and nothing else of it', async () => {
    await app.app.audit.denials.flush()
    const trail = JSON.stringify((await ask(app, undefined, '/admin/audit?action=access.denied')).body)
    expect(trail).toContain(`wrong secret of key ${key.id}`)
    expect(trail).toContain('expired key')
    expect(trail).toContain('revoked key')
    expect(trail).not.toContain(key.key.split('_')[3])
  })

  test('is refused with X-API-Key and with Authorization alike, and where the two disagree', async () => {
    const get = (headers: Record<string, string>) => ask(app, undefined, '/api/v1/config', { headers })
    expect((await get({ 'X-API-Key': key.key })).status).toBe(200)
    expect((await get({ Authorization: `bearer ${key.key}` })).status).toBe(200)
    expect((await get({ Authorization: `Bearer ${key.key}`, 'X-API-Key': key.key })).status).toBe(200)
    for (const headers of [
      { 'X-API-Key': damaged(key.key), 'X-Tenant-ID': 'a' },
      { 'X-API-Key': key.key, Authorization: `Bearer ${'t'.repeat(32)}` },
      { Authorization: 'Basic YTpi', 'X-Tenant-ID': 'a' },
      { Authorization: 'Bearer', 'X-Tenant-ID': 'a' },
      { 'X-API-Key': '', 'X-Tenant-ID': 'a' },
      { 'X-API-Key': 't'.repeat(32), 'X-Tenant-ID': 'a' },
    ] as Record<string, string>[]) {
      expect((await get(headers)).status, JSON.stringify(headers)).toBe(401)
    }
  })
})

describe('the database', () => {
  test('is not read for a wrong checksum, once for a right one, and not again within the bound', async () => {
    let reads = 0
    const sqlite = new Sqlite(join(app.folder.path, 'data/espalier.sqlite'), { readonly: true })
    const lookup = keyLookup(
      { sqlite },
      {
        clock,
        onRead: () => {
          reads += 1
        },
      },
    )
    const pepper = Buffer.from(readFileSync(join(app.folder.path, 'data/keys/pepper'), 'utf8').trim(), 'base64url')
    const verify = createKeyVerifier({ lookup, digests: createKeyDigests(pepper), clock, onUse: () => {} })

    for (const text of [damaged(key.key), key.key.slice(0, -1), `${key.key}0`, 'esp_live_x']) {
      expect(verify(text)).toEqual({ kind: 'refused', reason: 'damaged' })
    }
    expect(reads).toBe(0)
    expect(verify(key.key).kind).toBe('key')
    expect(verify(key.key).kind).toBe('key')
    expect(verify(forged(key)).kind).toBe('refused')
    expect(reads).toBe(1)
    clock.pass(KEY_STALENESS_MS)
    expect(verify(key.key).kind).toBe('key')
    expect(reads).toBe(2)
    lookup.close()
    sqlite.close()
  })

  test('tells of a key that another process revoked within the bound', async () => {
    const other = await issue(app, { tenant: 'a' })
    expect((await config(other.key)).status).toBe(200)
    const sqlite = new Sqlite(join(app.folder.path, 'data/espalier.sqlite'))
    sqlite.prepare('update api_key set revoked_at = ? where id = ?').run(clock.now(), other.id)
    sqlite.close()
    clock.pass(KEY_STALENESS_MS)
    expect((await config(other.key)).status).toBe(401)
  })
})

describe('rotation', () => {
  const rotate = (id: string, body: object) =>
    ask(app, undefined, `/admin/tenants/a/keys/${id}/rotate`, { method: 'POST', body })

  test('with grace: the old key works up to the deadline and not at it, the new one from the start', async () => {
    const old = await issue(app, { tenant: 'a' })
    const rotated = await rotate(old.id, { grace_seconds: 60 })
    expect(rotated.status).toBe(201)
    const next = String(rotated.body.key)
    expect((await config(old.key)).status).toBe(200)
    clock.pass(59_999)
    expect((await config(old.key)).status).toBe(200)
    clock.pass(1)
    expect((await config(old.key)).status).toBe(401)
    expect((await config(next)).status).toBe(200)
  })

  test('at once: the old key is dead with the answer', async () => {
    const old = await issue(app, { tenant: 'a' })
    expect((await config(old.key)).status).toBe(200)
    const rotated = await rotate(old.id, { at_once: true })
    expect((await config(old.key)).status).toBe(401)
    expect((await config(String(rotated.body.key))).status).toBe(200)
  })

  test('a grace does not make a key live longer than it would have', async () => {
    const expires_at = new Date(clock.now() + 10_000).toISOString()
    const old = await issue(app, { tenant: 'a', expires_at })
    const rotated = await rotate(old.id, { grace_seconds: 3_600 })
    expect((await ask(app, undefined, `/admin/tenants/a/keys/${old.id}`)).body).toMatchObject({
      expires_at,
      status: 'rotated',
    })
    expect(rotated.body.expires_at).toBe(expires_at)
  })

  test('attack 9: of two at once one wins and one is told 409; both keys are then as the winner left them', async () => {
    const old = await issue(app, { tenant: 'a' })
    const answers = await Promise.all([1, 2, 3].map((seconds) => rotate(old.id, { grace_seconds: seconds })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
    const won = answers.find(({ status }) => status === 201)
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'key-not-active' })
    const { body } = await ask(app, undefined, `/admin/tenants/a/keys/${old.id}`)
    expect(body.replaced_by).toBe(won?.body.id)
    const listed = (await ask(app, undefined, '/admin/tenants/a/keys')).body.items as { id: string }[]
    for (const { id } of listed) expect(typeof id).toBe('string')
    expect(listed.filter(({ id }) => id === won?.body.id)).toHaveLength(1)
  })

  test('of a revoked and of an expired key: 409', async () => {
    const revoked = await issue(app, { tenant: 'a' })
    await ask(app, undefined, `/admin/tenants/a/keys/${revoked.id}`, { method: 'DELETE' })
    expect((await rotate(revoked.id, { at_once: true })).status).toBe(409)
    const expired = await issue(app, { tenant: 'a', expires_at: new Date(clock.now() + 1).toISOString() })
    clock.pass(1)
    expect((await rotate(expired.id, { at_once: true })).status).toBe(409)
  })

  test.each([
    {},
    { grace_seconds: 0 },
    { grace_seconds: -1 },
    { grace_seconds: 1.5 },
    { grace_seconds: 2_592_001 },
    { at_once: false },
    { grace_seconds: 1, at_once: true },
  ])('%j is no answer to how long: 422', async (body) => {
    expect(await rotate(key.id, body)).toMatchObject({ status: 422, body: { code: 'body-invalid' } })
    expect((await config(key.key)).status).toBe(200)
  })
})
