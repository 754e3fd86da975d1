/** Keys over one connection that stays open: what is remembered of them there decides nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withChecksum } from '../../../src/access/keys/format.ts'
import { type App, createApp } from '../../../src/app.ts'
import { readConfig } from '../../../src/boot/config.ts'
import { type Listener, listen } from '../../../src/http/listen.ts'
import { createFolder, type Folder } from '../../support/folder.ts'
import { openRaw, type RawConnection, statusOf } from '../../support/raw-http.ts'

let folder: Folder
let app: App
let listener: Listener
let connection: RawConnection
beforeAll(async () => {
  folder = createFolder()
  const config = readConfig({ ...folder.env, APP_ADDR: '127.0.0.1:0' }, folder.path)
  app = await createApp(config)
  listener = await listen(app.server, config.listen)
  for (const tenant of ['a', 'b']) folder.commit(tenant, { 'config/own.json': JSON.stringify({ of: tenant }) })
  connection = openRaw(listener.url)
})
afterAll(async () => {
  connection.socket.destroy()
  await listener.drain(1_000)
  await app.close()
  folder.remove()
})

type Issued = { id: string; key: string }

async function issue(tenant: string): Promise<Issued> {
  const answer = await fetch(`${listener.url}/admin/tenants/${tenant}/keys`, {
    method: 'POST',
    body: JSON.stringify({ name: 'k', role: 'viewer' }),
  })
  return (await answer.json()) as Issued
}

/** What the connection is answered with this key. */
async function read(key: string): Promise<string | number> {
  connection.write(`GET /api/v1/config/own/of HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n\r\n`)
  const text = await connection.read((all) => /\r\n\r\n.*["}]$/s.test(all))
  const status = statusOf(text)
  return status === 200 ? JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) : status
}

/** A key of the same id with another secret, and the checksum that belongs to it. */
function withOtherSecret({ key }: Issued): string {
  const [prefix, environment, id, secret = ''] = key.split('_')
  const other = secret.replace(/^./, (first) => (first === 'x' ? 'y' : 'x'))
  return withChecksum([prefix, environment, id, other].join('_'))
}

test('each is the tenant that it is of, however they take turns', async () => {
  const keys = await Promise.all(Array.from({ length: 12 }, (_, index) => issue(index % 2 === 0 ? 'a' : 'b')))
  for (let round = 0; round < 3; round += 1) {
    for (const [index, { key }] of keys.entries()) expect(await read(key)).toBe(index % 2 === 0 ? 'a' : 'b')
  }
})

test('one that is revoked is dead at its next request', async () => {
  const issued = await issue('a')
  expect(await read(issued.key)).toBe('a')
  expect(await read(issued.key)).toBe('a')
  await fetch(`${listener.url}/admin/tenants/a/keys/${issued.id}`, { method: 'DELETE' })
  expect(await read(issued.key)).toBe(401)
  expect(await read(issued.key)).toBe(401)
})

test('another secret is no key, right behind the right one', async () => {
  const issued = await issue('b')
  expect(await read(issued.key)).toBe('b')
  expect(await read(withOtherSecret(issued))).toBe(401)
  expect(await read(issued.key)).toBe('b')
})
