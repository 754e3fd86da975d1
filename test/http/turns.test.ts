/** Requests that arrive together: each is answered as if it were alone, and none is told of an older commit for it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, createApp } from '../../src/app.ts'
import { readConfig } from '../../src/boot/config.ts'
import { type Listener, listen } from '../../src/http/listen.ts'
import type { TenantId } from '../../src/kernel/ids.ts'
import { createFolder, type Folder } from '../support/folder.ts'
import { openRaw } from '../support/raw-http.ts'

let folder: Folder
let app: App
let listener: Listener
beforeAll(async () => {
  folder = createFolder()
  const config = readConfig({ ...folder.env, APP_ADDR: '127.0.0.1:0' }, folder.path)
  app = await createApp(config)
  listener = await listen(app.server, config.listen)
})
afterAll(async () => {
  await listener.drain(1_000)
  await app.close()
  folder.remove()
})

const commit = (tenant: string, value: string): string =>
  folder.commit(tenant, { 'config/own.json': JSON.stringify({ value }) })

const get = (tenant: string, path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Tenant-ID: ${tenant}\r\n\r\n`
const run = (tenant: string, text: string): string => {
  const body = JSON.stringify({ text })
  return `POST /api/v1/execute HTTP/1.1\r\nHost: localhost\r\nX-Tenant-ID: ${tenant}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}
const VALUE = '/api/v1/config/own/value'

/** The bodies of the answers in `text`. */
function bodiesOf(text: string): string[] {
  const bodies: string[] = []
  for (let rest = text; rest !== ''; ) {
    const start = rest.indexOf('\r\n\r\n') + 4
    const length = Number(/content-length: (\d+)/i.exec(rest.slice(0, start))?.[1])
    if (start === 3 || rest.length < start + length) return bodies
    bodies.push(rest.slice(start, start + length))
    rest = rest.slice(start + length)
  }
  return bodies
}

/** Sends all of them in one piece, over one connection. */
async function send(requests: readonly string[]): Promise<string[]> {
  const raw = openRaw(listener.url)
  raw.write(requests.join(''))
  const text = await raw.read((all) => bodiesOf(all).length === requests.length)
  raw.socket.destroy()
  return bodiesOf(text)
}

test('in one piece over one connection are answered in their order, whoever they are of', async () => {
  commit('one', '1')
  commit('two', '2')
  const tenants = Array.from({ length: 150 }, (_, index) => (index % 3 === 0 ? 'one' : 'two'))
  const answers = await send(tenants.map((tenant) => get(tenant, VALUE)))
  expect(answers).toEqual(tenants.map((tenant) => (tenant === 'one' ? '"1"' : '"2"')))
})

test('answer what is there at once, what has to be waited for, and what fails, each in its place', async () => {
  commit('mixed', 'm')
  const answers = await send([
    get('mixed', VALUE),
    run('mixed', 'double 42'),
    get('no-such-tenant', VALUE),
    get('mixed', '/api/v1/history'),
    get('mixed', VALUE),
  ])
  expect(answers.map((body) => JSON.parse(body))).toMatchObject([
    'm',
    { result: { result: 84 } },
    { code: 'tenant-not-found' },
    { items: [{}, {}] },
    'm',
  ])
})

test.each([
  ['{"text":"double 21"}', { result: { result: 42 } }],
  ['{"text":"double 21","x":1}', { code: 'body-invalid' }],
  ['{"text":', { code: 'body-malformed' }],
  ['', { code: 'body-malformed' }],
])('answer the body %s alike, whether it comes with the head, after it or in pieces', async (body, expected) => {
  commit('whole', 'w')
  const head = 'POST /api/v1/execute HTTP/1.1\r\nHost: localhost\r\nX-Tenant-ID: whole\r\n'
  const sized = `${head}Content-Length: ${body.length}\r\n\r\n`
  const streamed = `${head}Transfer-Encoding: chunked\r\n\r\n`
  const halves = [body.slice(0, 5), body.slice(5)].filter((half) => half !== '')
  const chunks = [...halves, ''].map((half) => `${half.length.toString(16)}\r\n${half}\r\n`)
  for (const pieces of [[sized + body], [sized, ...halves], [streamed + chunks.join('')], [streamed, ...chunks]]) {
    const raw = openRaw(listener.url)
    raw.socket.setNoDelay(true)
    for (const piece of pieces) {
      raw.write(piece)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const answers = bodiesOf(await raw.read((text) => bodiesOf(text).length === 1))
    expect(answers.map((answer) => JSON.parse(answer))).toMatchObject([expected])
    raw.socket.destroy()
  }
})

test('of callers that leave before they are answered harm nobody', async () => {
  commit('left', 'l')
  for (let count = 0; count < 20; count += 1) {
    const raw = openRaw(listener.url)
    raw.write(get('left', VALUE).repeat(5) + run('left', 'double 1'))
    raw.socket.destroySoon()
  }
  expect(await send([get('left', VALUE)])).toEqual(['"l"'])
})

describe('a commit', () => {
  test('is served to whoever asks after it, right behind somebody who asked before', async () => {
    for (let round = 0; round < 20; round += 1) {
      commit('moving', `before ${round}`)
      const raw = openRaw(listener.url)
      raw.write(get('moving', VALUE).repeat(3))
      await raw.read((text) => bodiesOf(text).length === 3)
      const revision = commit('moving', `after ${round}`)
      raw.write(get('moving', VALUE))
      const text = await raw.read((all) => bodiesOf(all).length === 1)
      expect(bodiesOf(text)).toEqual([`"after ${round}"`])
      expect(text).toContain(revision)
      raw.socket.destroy()
    }
  })

  test('made while requests are answered together is served to the next ones', async () => {
    const { together, current } = app.snapshots
    const tenant = 'shared' as TenantId
    const ref = `refs/heads/customer/${tenant}` as Parameters<typeof current>[1]
    const first = commit(tenant, '1')
    await current(tenant, ref)
    const seen: unknown[] = []
    let second = ''
    together(() => {
      seen.push(current(tenant, ref))
      second = commit(tenant, '2')
      seen.push(current(tenant, ref))
    })
    expect(seen).toMatchObject([{ snapshot: { revision: first } }, { snapshot: { revision: first } }])
    expect(await current(tenant, ref)).toMatchObject({ snapshot: { revision: second } })
  })
})
