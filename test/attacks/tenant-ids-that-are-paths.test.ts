/** Attack 3: tenant ids that would be a path, another branch, an option, or look like another id. */
import { describe, expect, test } from 'vitest'
import { sendRaw } from '../support/raw-http.ts'
import { attackTarget } from './target.ts'

const target = attackTarget()

const IDS = [
  '../main',
  '..',
  '.',
  'b%00',
  'b%2e%2e',
  'B',
  'Bystander',
  'customer/b',
  'customer/bystander',
  'refs/heads/main',
  'bystander/',
  '/bystander',
  'bystander.lock',
  'bystander~1',
  'bystander^',
  'bystander:tools',
  'by stander',
  '-bystander',
  '--help',
  'bystander-',
  '_bystander',
  '*',
  "' or 1=1 --",
  'b\tystander',
  'a'.repeat(57),
  'a'.repeat(8_000),
]

/** As UTF-8 bytes in a header. */
const LOOKALIKES = ['bystаnder', 'bуstander', 'bystander\u200b', 'ｂystander', 'bystander\u0301']

const ask = (id: string, path = '/api/v1/config') =>
  sendRaw(target.server.url, [`GET ${path} HTTP/1.1`, 'Host: localhost', `X-Tenant-ID: ${id}`])

test.each(IDS)('%j', async (id) => {
  const { status, body } = await ask(id)
  expect(status).toBe(400)
  expect(JSON.parse(body)).toMatchObject({ code: 'tenant-invalid-id' })
  await target.expectUnharmed()
})

test.each(LOOKALIKES)('%j, which looks like another', async (id) => {
  const { status, body } = await ask(id)
  expect(status).toBe(400)
  expect(JSON.parse(body)).toMatchObject({ code: 'tenant-invalid-id' })
})

test('a NUL byte ends the connection before any handler', async () => {
  expect((await ask('b\0')).status).toBe(400)
  await target.expectUnharmed()
})

test('no id, and an empty one', async () => {
  for (const headers of [[], ['X-Tenant-ID:'], ['X-Tenant-ID:  ']]) {
    const { status, body } = await sendRaw(target.server.url, [
      'GET /api/v1/config HTTP/1.1',
      'Host: localhost',
      ...headers,
    ])
    expect(status).toBe(400)
    expect(JSON.parse(body)).toMatchObject({ code: 'tenant-required' })
  }
})

test('56 characters are an id, of nobody here', async () => {
  const { status, body } = await ask('a'.repeat(56))
  expect(status).toBe(404)
  expect(JSON.parse(body)).toMatchObject({ code: 'tenant-not-found' })
})

describe('the same ids where a tenant is created or asked for', () => {
  test('POST /admin/tenants makes none of them', async () => {
    const refs = target.folder.repository.git(['for-each-ref'])
    for (const id of [...IDS, ...LOOKALIKES, '', 'b\0']) {
      const body = JSON.stringify({ tenant_id: id })
      const answer = await fetch(`${target.server.url}/admin/tenants`, { method: 'POST', body })
      expect(answer.status, id).toBe(400)
      expect(await answer.json()).toMatchObject({ code: 'tenant-invalid-id' })
    }
    expect(target.folder.repository.git(['for-each-ref'])).toBe(refs)
  })

  test('GET /admin/tenants/<id> finds none of them', async () => {
    for (const id of ['%2e%2e%2fmain', 'b%00', 'B', 'customer%2Fbystander', '%62ystander%2f', 'a'.repeat(57)]) {
      const { status } = await sendRaw(target.server.url, [`GET /admin/tenants/${id} HTTP/1.1`, 'Host: localhost'])
      expect(status, id).toBe(400)
    }
    const climbed = await sendRaw(target.server.url, ['GET /admin/tenants/../main HTTP/1.1', 'Host: localhost'])
    expect(climbed.status).toBe(404)
  })

  test('the command line refuses them too', async () => {
    for (const id of ['../main', 'B', 'customer/b', '']) {
      const { code, stderr } = await target.folder.espalier(['tenant', 'create', '--', id])
      expect(code, id).toBe(1)
      expect(stderr).toContain('is no tenant id')
    }
  })
})
