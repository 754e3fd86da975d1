/** Attack 2: two tenants named by one request, so that one part of the server sees the first and another the second. */
import { describe, expect, test } from 'vitest'
import { sendRaw } from '../support/raw-http.ts'
import { attackTarget } from './target.ts'

const target = attackTarget()

describe.each([
  ['two headers', ['X-Tenant-ID: bystander', 'X-Tenant-ID: other']],
  ['two equal headers', ['X-Tenant-ID: bystander', 'X-Tenant-ID: bystander']],
  ['two headers in different letters', ['X-Tenant-ID: bystander', 'x-tenant-id: other']],
  ['a list in one header', ['X-Tenant-ID: bystander, other']],
  ['one of them empty', ['X-Tenant-ID: bystander', 'X-Tenant-ID:']],
  ['one of them empty and first', ['X-Tenant-ID:', 'X-Tenant-ID: bystander']],
])('%s', (_name, headers) => {
  test.each(['/api/v1/config', '/api/v1/executions', '/api/v1/history', '/api/v1/tools'])('at GET %s', async (path) => {
    const { status, body } = await sendRaw(target.server.url, [`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers])
    expect(status).toBe(400)
    expect(JSON.parse(body)).toMatchObject({ code: 'tenant-invalid-id' })
  })

  test('at POST /api/v1/execute', async () => {
    const body = '{"text": "double 4"}'
    const head = ['POST /api/v1/execute HTTP/1.1', 'Host: localhost', `Content-Length: ${body.length}`, ...headers]
    expect((await sendRaw(target.server.url, head, body)).status).toBe(400)
    await target.expectUnharmed()
  })
})
