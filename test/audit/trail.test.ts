import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Origin } from '../../src/access/actor.ts'
import { NOBODY } from '../../src/audit/denials.ts'
import { parseTenantId, type TenantId } from '../../src/kernel/ids.ts'
import { runIn } from '../signing/scratch.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const HOUR_MS = 3_600_000
const COLUMNS = 'id at action tenant target actor person address request_id before_json after_json hash'.split(' ')

let product: TestApp
let database: Sqlite.Database

const asTenant = (text: string): TenantId => parseTenantId(text)!
const put = (tenant: string, name: string) =>
  product.request(tenant, `/api/v1/secrets/${name}`, { method: 'PUT', body: '{"value":"some value of it"}' })
type Page = { items: Record<string, unknown>[]; nextPageToken?: string }
const pageOf = async (tenant: string | undefined, path: string): Promise<Page> =>
  (await (await product.request(tenant, path)).json()) as Page
const lastSequence = (): number =>
  (database.prepare('select max(sequence) as last from audit').get() as { last: number }).last

beforeEach(async () => {
  product = await createTestApp()
  database = new Sqlite(join(product.folder.path, 'data/espalier.sqlite'))
  for (const tenant of ['a', 'b']) product.commit(tenant, { 'config/own.json': '{}' })
  for (const name of ['one', 'two', 'three']) for (const tenant of ['a', 'b']) await put(tenant, name)
})

afterEach(async () => {
  database.close()
  await product.close()
})

describe('attack 43: the trail is tampered with', () => {
  const named = async (sequence: number, code: string): Promise<void> =>
    expect(await product.app.audit.trail.verify()).toMatchObject({ kind: 'broken', sequence, code })

  test('nobody did: it is whole', async () => {
    expect(await product.app.audit.trail.verify()).toMatchObject({ kind: 'intact', rows: lastSequence() })
  })

  test('a column of a row is edited', async () => {
    for (const column of COLUMNS) {
      const value = database.prepare(`select ${column} from audit where sequence = 4`).pluck().get()
      database.prepare(`update audit set ${column} = 17 where sequence = 4`).run()
      await named(4, 'row-changed')
      database.prepare(`update audit set ${column} = ? where sequence = 4`).run(value)
    }
    expect(await product.app.audit.trail.verify()).toMatchObject({ kind: 'intact' })
  })

  test('a row is deleted', async () => {
    database.exec('delete from audit where sequence = 3')
    await named(3, 'row-missing')
  })

  test('the last rows are deleted', async () => {
    const last = lastSequence()
    database.exec(`delete from audit where sequence > ${last - 2}`)
    await named(last - 1, 'row-missing')
  })

  test('the last rows are deleted, and every note of them in the database', async () => {
    await product.app.audit.trail.checkpoint()
    database.exec(`
      delete from audit where sequence > 4;
      delete from audit_checkpoint;
      update audit_head set sequence = 4, hash = (select hash from audit where sequence = 4)`)
    await named(5, 'row-missing')
  })

  test('a checkpoint is forged', async () => {
    await product.app.audit.trail.checkpoint()
    database.exec(`update audit_checkpoint set hash = (select hash from audit where sequence = 2), sequence = 2`)
    await named(2, 'checkpoint-invalid')
  })

  test('nothing more is signed once it is broken', async () => {
    database.exec(`update audit set actor = 'somebody' where sequence = 2`)
    expect(await product.app.audit.trail.checkpoint()).toMatchObject({ kind: 'broken', sequence: 2 })
    expect(await product.app.audit.store.checkpoints()).toEqual([])
  })
})

describe('the chain', () => {
  test('stays one when many write at once', async () => {
    await Promise.all(Array.from({ length: 60 }, (_, index) => put(index % 2 === 0 ? 'a' : 'b', `many${index}`)))
    expect(await product.app.audit.trail.verify()).toMatchObject({ kind: 'intact', rows: lastSequence() })
  })

  test('has no row of a change that was rolled back', async () => {
    const before = lastSequence()
    const missing = await product.request('a', '/api/v1/secrets/none', { method: 'DELETE' })
    expect(missing.status).toBe(404)
    expect(lastSequence()).toBe(before)
    await put('a', 'four')
    expect(await product.app.audit.trail.verify()).toMatchObject({ kind: 'intact' })
  })

  test('holds text that the database would store as another', async () => {
    const origin: Origin = { actor: { kind: 'local' }, requestId: 'half a pair: \ud83d', address: null }
    await product.app.secrets.vault.put(asTenant('a'), { name: 'odd', value: 'x' }, origin)
    expect(await product.app.audit.trail.verify()).toMatchObject({ kind: 'intact' })
  })
})

describe('checkpoints', () => {
  test('are signed after every hundred rows, soon after the transaction', async () => {
    for (let index = 0; index < 100; index += 1) await put('a', `s${index}`)
    await expect.poll(() => product.app.audit.store.lastCheckpoint()).toMatchObject({ sequence: expect.any(Number) })
  })

  test('verify with ssh-keygen from the file alone', async () => {
    await product.app.audit.trail.checkpoint()
    const folder = join(product.folder.path, 'data/audit')
    const [line = ''] = readFileSync(join(folder, 'checkpoints.ndjson'), 'utf8').split('\n')
    const { sequence, hash, at, signature } = JSON.parse(line)
    writeFileSync(join(product.folder.path, 'signature'), signature)
    const { out: verified } = runIn(
      product.folder.path,
      'ssh-keygen',
      ['-Y', 'verify', '-f', join(folder, 'allowed_signers'), '-I', 'operator@espalier.invalid'].concat([
        '-n',
        'espalier-audit',
        '-s',
        'signature',
      ]),
      `espalier-audit-checkpoint-v1\n${sequence}\n${hash}\n${at}\n`,
    )
    expect(verified).toContain('Good "espalier-audit" signature')
  })
})

describe('denials', () => {
  test('of one caller, tenant and reason become one row with a count', async () => {
    const denial = { actor: 'key:k', tenant: asTenant('a'), route: '/api/v1/keys', requestId: 'r', address: '::1' }
    for (let times = 0; times < 1_000; times += 1) {
      product.app.audit.denials.deny({ ...denial, reason: 'access-denied' })
    }
    product.app.audit.denials.deny({ ...denial, reason: 'tenant-mismatch' })
    await product.app.audit.denials.flush()
    const { items } = await pageOf(undefined, '/admin/audit?action=access.denied')
    expect(items).toMatchObject([
      { tenant: 'a', actor: 'key:k', after: { reason: 'tenant-mismatch', count: 1 } },
      { tenant: 'a', actor: 'key:k', after: { reason: 'access-denied', count: 1_000, route: '/api/v1/keys' } },
    ])
  })

  test('of very many callers share a row beyond a thousand', async () => {
    for (let caller = 0; caller < 5_000; caller += 1) {
      product.app.audit.denials.deny({
        actor: `key:${caller}`,
        tenant: null,
        reason: 'access-denied',
        route: '/admin/tenants',
        requestId: 'r',
        address: null,
      })
    }
    const before = lastSequence()
    await product.app.audit.denials.flush()
    expect(lastSequence() - before).toBe(1_001)
    const { items } = await pageOf(undefined, '/admin/audit?actor=many')
    expect(items).toMatchObject([{ after: { count: 4_000 } }])
  })

  test('are written when the product ends', async () => {
    product.app.audit.denials.deny({
      actor: NOBODY,
      tenant: null,
      reason: 'credentials-invalid',
      route: '/x',
      requestId: 'r',
      address: null,
    })
    await product.app.close()
    const row = database.prepare(`select actor, action from audit order by sequence desc limit 1`).get()
    expect(row).toEqual({ actor: 'nobody', action: 'access.denied' })
    product.folder.remove()
    product = await createTestApp()
  })
})

describe('GET /admin/audit', () => {
  const rows = async (query: string) => (await pageOf(undefined, `/admin/audit${query}`)).items

  test('gives pages, newest first, that together are every row', async () => {
    const seen: number[] = []
    let token: string | undefined
    do {
      const answer = await product.request(
        undefined,
        `/admin/audit?pageSize=3${token === undefined ? '' : `&pageToken=${token}`}`,
      )
      const page = (await answer.json()) as { items: { sequence: number }[]; nextPageToken?: string }
      seen.push(...page.items.map(({ sequence }) => sequence))
      token = page.nextPageToken
    } while (token !== undefined)
    expect(seen).toEqual(Array.from({ length: lastSequence() }, (_, index) => lastSequence() - index))
  })

  test('filters by tenant, action, actor and time', async () => {
    expect(await rows('?tenant=a&action=secret.written&actor=local')).toHaveLength(3)
    expect(await rows('?actor=key:none')).toEqual([])
    const soon = new Date(Date.now() + HOUR_MS).toISOString()
    const lately = new Date(Date.now() - HOUR_MS).toISOString()
    expect(await rows(`?action=secret.written&from=${lately}&to=${soon}`)).toHaveLength(6)
    expect(await rows(`?from=${soon}`)).toEqual([])
    expect(await rows(`?to=${lately}`)).toEqual([])
  })

  test('refuses what is no instant and no tenant', async () => {
    expect((await product.request(undefined, '/admin/audit?from=yesterday')).status).toBe(400)
    expect((await product.request(undefined, '/admin/audit?tenant=../a')).status).toBe(400)
    expect((await product.request(undefined, '/admin/audit?pageToken=5')).status).toBe(400)
  })

  test('streams all rows as NDJSON', async () => {
    for (let index = 0; index < 190; index += 1) await put('a', `n${index}`)
    const answer = await product.request(undefined, '/admin/audit', { headers: { Accept: 'application/x-ndjson' } })
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
    const lines = (await answer.text()).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).sequence)).toEqual(
      Array.from({ length: lastSequence() }, (_, index) => lastSequence() - index),
    )
  })

  test('shows a row that was tampered with as it is', async () => {
    database.exec(`update audit set after_json = '{torn' where sequence = 2`)
    expect((await rows('?pageSize=500')).find(({ sequence }) => sequence === 2)?.after).toBe('{torn')
  })
})

describe('GET /api/v1/audit', () => {
  test('gives the own rows alone, without their place among those of others', async () => {
    const { items } = await pageOf('a', '/api/v1/audit?pageSize=500')
    expect(items.length).toBeGreaterThan(2)
    for (const item of items) {
      expect(item.tenant).toBe('a')
      expect(item).not.toHaveProperty('sequence')
      expect(item).not.toHaveProperty('hash')
    }
  })

  test('takes no page token of another tenant', async () => {
    const other = await pageOf('b', '/api/v1/audit?pageSize=1')
    expect((await product.request('a', `/api/v1/audit?pageToken=${other.nextPageToken}`)).status).toBe(400)
  })

  test('streams the own rows alone', async () => {
    const answer = await product.request('b', '/api/v1/audit', { headers: { Accept: 'application/x-ndjson' } })
    const tenants = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).tenant)
    expect(new Set(tenants)).toEqual(new Set(['b']))
  })
})
