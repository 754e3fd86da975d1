import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerKey, idempotencyStore } from '../../src/storage/idempotency.ts'
import { openSqlite, type Storage } from '../../src/storage/sqlite.ts'

const LEASE_MS = 1_000
const KEPT_MS = 100_000

let storage: Storage
let store: ReturnType<typeof idempotencyStore>

beforeAll(async () => {
  storage = await openSqlite(':memory:')
  store = idempotencyStore(storage.db, answerKey(new Uint8Array(32)))
})
afterAll(() => storage.close())

const owner = (keyHash: string) => ({ tenant: 'a', actor: 'local', keyHash })
const request = (holder: string, now: number) => ({
  fingerprint: 'f',
  holder,
  now,
  leaseUntil: now + LEASE_MS,
  expiresAt: now + KEPT_MS,
})
const ANSWER = { status: 201, headers: { Location: '/x' }, body: '{"key":"esp_live_secret"}' }

describe('a key that a process died with', () => {
  test('is blocked until the lease ends, and then the work can be done again', async () => {
    const key = owner('dead')
    expect(await store.claim(key, request('first', 0))).toEqual({ kind: 'held' })
    expect(await store.claim(key, request('second', LEASE_MS - 1))).toEqual({ kind: 'under-way' })
    expect(await store.claim(key, { ...request('second', LEASE_MS), fingerprint: 'g' })).toEqual({
      kind: 'other-request',
    })
    expect(await store.claim(key, request('second', LEASE_MS))).toEqual({ kind: 'held' })
    await store.answer(key, { holder: 'first', now: LEASE_MS, answer: { ...ANSWER, body: 'too late' } })
    await store.release(key, 'first')
    await store.answer(key, { holder: 'second', now: LEASE_MS, answer: ANSWER })
    expect(await store.claim(key, request('third', LEASE_MS + 1))).toEqual({ kind: 'answered', answer: ANSWER })
  })
})

describe('an answer', () => {
  test('is not in the database in plain, and not in another row either', async () => {
    await store.claim(owner('sealed'), request('h', 0))
    await store.answer(owner('sealed'), { holder: 'h', now: 0, answer: ANSWER })
    const row = await storage.db
      .selectFrom('idempotency')
      .selectAll()
      .where('key_hash', '=', 'sealed')
      .executeTakeFirstOrThrow()
    expect(JSON.stringify(row)).not.toContain('secret')
    await storage.db
      .insertInto('idempotency')
      .values({ ...row, key_hash: 'moved' })
      .execute()
    expect(await store.claim(owner('moved'), request('x', 1))).toEqual({ kind: 'answer-gone' })
  })

  test('that was too large is known to have been given', async () => {
    await store.claim(owner('large'), request('h', 0))
    await store.answer(owner('large'), { holder: 'h', now: 0, answer: null })
    expect(await store.claim(owner('large'), request('x', 1))).toEqual({ kind: 'answer-gone' })
  })

  test('that was released leaves the key to the next request', async () => {
    await store.claim(owner('released'), request('h', 0))
    await store.release(owner('released'), 'h')
    expect(await store.claim(owner('released'), request('x', 1))).toEqual({ kind: 'held' })
  })
})

describe('the number of keys', () => {
  test('is bounded for each tenant: those that expire first go', async () => {
    const row = (i: number) => ({
      tenant: 'full',
      actor: 'local',
      key_hash: `k${i}`,
      fingerprint: 'f',
      holder: 'h',
      lease_until: 0,
      expires_at: 1_000 + i,
      answered_at: 0,
      sealed_answer: null,
    })
    for (let at = 0; at < 10_000; at += 1_000) {
      const rows = Array.from({ length: 1_000 }, (_, i) => row(at + i))
      await storage.db.insertInto('idempotency').values(rows).execute()
    }
    await store.claim({ tenant: 'full', actor: 'local', keyHash: 'one more' }, request('h', 0))
    const kept = await storage.db.selectFrom('idempotency').select('key_hash').where('tenant', '=', 'full').execute()
    expect(kept).toHaveLength(10_000)
    expect(kept.map(({ key_hash }) => key_hash)).not.toContain('k0')
    expect(kept.map(({ key_hash }) => key_hash)).toContain('k1')
  })
})
