/** Each moment at which a creation can be cut short or refused, one by one. `kill.test.ts` finds them at random. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/boot/config.ts'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

let app: TestApp

beforeEach(async () => {
  app = await createTestApp()
})
afterEach(() => app.close())

const create = (body: object): Promise<Response> => app.request(undefined, '/admin/tenants', post(body))
const status = async (path: string, tenant?: string): Promise<number> => (await app.request(tenant, path)).status
const branch = (id: string): string =>
  app.repository.git(['for-each-ref', '--format=%(objectname)', `refs/heads/customer/${id}`])

/** As a kill after the transaction leaves it: the rows, with the note that the branch is due. */
async function cutShort(id: string, { hasBranch }: { hasBranch: boolean }): Promise<string> {
  await create({ tenant_id: id, plan: 'pro', owner_email: 'jo@acme.com' })
  const head = branch(id)
  if (!hasBranch) app.repository.git(['update-ref', '-d', `refs/heads/customer/${id}`])
  const database = new Sqlite(join(app.folder.path, 'data/espalier.sqlite'))
  database.exec('update tenant_change set number = number + 1')
  database
    .prepare('update tenant set branch_due = ?, change = (select number from tenant_change) where id = ?')
    .run(head, id)
  database.close()
  await app.app.tenants.registry.refresh()
  return head
}

/** A second process opens the same data, as the next start does. */
async function nextStart(): Promise<void> {
  const other = await createApp(readConfig(app.folder.env, app.folder.path))
  await other.close()
  await app.app.tenants.registry.refresh()
}

test('cut short before its branch, nobody sees the tenant, and the next start makes it whole', async () => {
  const head = await cutShort('acme', { hasBranch: false })
  expect(await status('/admin/tenants/acme')).toBe(404)
  expect(await status('/api/v1/config', 'acme')).toBe(404)
  expect(await (await app.request(undefined, '/admin/tenants')).json()).toEqual({ items: [] })
  await nextStart()
  expect(branch('acme')).toBe(head)
  expect(await status('/api/v1/config', 'acme')).toBe(200)
  expect(await (await app.request(undefined, '/admin/tenants/acme')).json()).toMatchObject({
    plan: 'pro',
    origin: 'created',
  })
})

test('cut short after its branch, it is whole at its first request already', async () => {
  await cutShort('acme', { hasBranch: true })
  expect(await status('/api/v1/config', 'acme')).toBe(200)
  expect(await (await app.request(undefined, '/admin/tenants/acme')).json()).toMatchObject({
    plan: 'pro',
    origin: 'created',
  })
})

test('posted again after it was cut short, it is finished, and 409 says that it is there', async () => {
  await cutShort('acme', { hasBranch: false })
  expect((await create({ tenant_id: 'acme' })).status).toBe(409)
  expect(await status('/api/v1/config', 'acme')).toBe(200)
})

test('a branch that was deleted later is not made again by a start', async () => {
  await create({ tenant_id: 'acme' })
  app.repository.git(['update-ref', '-d', 'refs/heads/customer/acme'])
  await nextStart()
  expect(branch('acme')).toBe('')
  expect(await status('/api/v1/config', 'acme')).toBe(503)
})

test('where git refuses the branch, nothing is kept, the others of the request are made, and it can be tried again', async () => {
  await create({ tenant_id: 'first' })
  const lock = join(app.repository.gitDir, 'refs/heads/customer/acme.lock')
  writeFileSync(lock, '')
  const body = { tenants: [{ tenant_id: 'acme', owner_email: 'jo@acme.com', issue_key: true }, { tenant_id: 'other' }] }
  const answer = (await (await app.request(undefined, '/admin/tenants:bulk', post(body))).json()) as { items: object[] }
  expect(answer.items).toMatchObject([{ status: 503, code: 'repository-failed' }, { status: 201 }])
  expect(await status('/admin/tenants/acme')).toBe(404)
  const database = new Sqlite(join(app.folder.path, 'data/espalier.sqlite'), { readonly: true })
  for (const [table, column] of [
    ['tenant', 'id'],
    ['membership', 'tenant'],
    ['api_key', 'tenant'],
  ]) {
    expect(database.prepare(`select count(*) as n from ${table} where ${column} = 'acme'`).get()).toEqual({ n: 0 })
  }
  database.close()
  rmSync(lock)
  expect((await create({ tenant_id: 'acme' })).status).toBe(201)
})
