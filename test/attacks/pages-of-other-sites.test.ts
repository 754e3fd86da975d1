/** A browser on the same machine reaches loopback too: rebound names, pages of other sites, and requests passed on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

let app: TestApp

beforeAll(async () => {
  app = await createTestApp()
  app.commit('a', {})
})
afterAll(() => app.close())

const RUN = { text: 'double 4' }
const ACTS = [
  ['/api/v1/execute', RUN],
  ['/api/v1/tools/double/run', { input: { n: 4 } }],
  ['/api/v1/workflows/both/run', { input: { n: 4 } }],
  ['/admin/tenants', { tenant_id: 'made-by-another-site' }],
] as const
const READS = ['/api/v1/config', '/api/v1/executions', '/admin/tenants', '/metrics', '/health', '/'] as const

const codeOf = async (answer: Response): Promise<unknown> => ((await answer.json()) as { code?: string }).code

describe('a Host that is no loopback name', () => {
  test.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil-localhost',
    '10.0.0.1',
    '[::2]',
    '127.0.0.1@evil.example',
    '169.254.169.254',
  ])('%s is refused everywhere', async (host) => {
    for (const path of READS) {
      const answer = await app.request('a', path, { headers: { Host: host } })
      expect(answer.status, path).toBe(403)
      expect(await codeOf(answer)).toBe('forbidden-host')
    }
    expect((await app.request('a', '/api/v1/execute', { ...post(RUN), headers: { Host: host } })).status).toBe(403)
  })

  test.each(['localhost', 'LOCALHOST:8080', '127.0.0.1:8080', '127.8.9.10', '[::1]:8080', 'console.localhost:1'])(
    '%s is one',
    async (host) => {
      expect((await app.request('a', '/api/v1/config', { headers: { Host: host } })).status).toBe(200)
    },
  )
})

describe('a page of another site', () => {
  const FOREIGN: Record<string, string>[] = [
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: 'http://localhost:9999', Host: 'localhost:8080' },
    { Origin: 'https://localhost:8080', Host: 'localhost:8080' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://evil.example' },
    { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://localhost:8080', Host: 'localhost:8080' },
  ]
  test.each(FOREIGN)('with %j may not make it act', async (headers) => {
    for (const [path, body] of ACTS) {
      const answer = await app.request('a', path, { ...post(body), headers })
      expect(answer.status, path).toBe(403)
      expect(await codeOf(answer)).toBe('forbidden-origin')
    }
    expect((await app.request(undefined, '/admin/tenants/made-by-another-site')).status).toBe(404)
  })

  test.each(FOREIGN)('with %j may ask, since no browser shows it the answer', async (headers) => {
    for (const path of READS) {
      const answer = await app.request('a', path, { headers })
      expect(answer.status, path).toBe(200)
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })

  test('a preflight is given nothing', async () => {
    const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' }
    const answer = await app.request('a', '/api/v1/execute', { method: 'OPTIONS', headers })
    expect(answer.status).toBe(405)
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
  })
})

test.each([
  { Origin: 'http://localhost:8080', Host: 'localhost:8080' },
  { Origin: 'http://127.0.0.1:8080', Host: '127.0.0.1:8080', 'Sec-Fetch-Site': 'same-origin' },
  { 'Sec-Fetch-Site': 'none' },
] as Record<string, string>[])('a page of its own acts: %j', async (headers) => {
  expect((await app.request('a', '/api/v1/execute', { ...post(RUN), headers })).status).toBe(200)
})

describe('a server on the network, behind a proxy that ends TLS', () => {
  const token = 'x'.repeat(40)
  let open: TestApp
  beforeAll(async () => {
    open = await createTestApp({ env: { APP_ADDR: ':8080', ESPALIER_ADMIN_TOKEN: token } })
    open.commit('a', {})
  })
  afterAll(() => open.close())
  const run = (headers: Record<string, string>) =>
    open.request('a', '/api/v1/execute', {
      ...post(RUN),
      headers: { Authorization: `Bearer ${token}`, 'X-Forwarded-Proto': 'https', ...headers },
    })

  test.each(['https', 'http'])('answers its own pages over %s', async (scheme) => {
    expect((await run({ Host: 'conf.example', Origin: `${scheme}://conf.example` })).status).toBe(200)
  })

  test.each(['https://evil.example', 'https://conf.example.evil.example', 'https://conf.example:8443', 'null'])(
    'refuses those of %s',
    async (Origin) => {
      const answer = await run({ Host: 'conf.example', Origin })
      expect([answer.status, await codeOf(answer)]).toEqual([403, 'forbidden-origin'])
    },
  )
})

describe('a request that a proxy passed on', () => {
  test.each(['Forwarded', 'Via', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'x-forwarded-anything'])(
    'with %s names no tenant',
    async (name) => {
      for (const path of ['/api/v1/config', '/api/v1/executions', '/admin/tenants', '/admin/tenants/a']) {
        const answer = await app.request('a', path, { headers: { [name]: 'for=127.0.0.1' } })
        expect(answer.status, path).toBe(401)
        expect(await codeOf(answer)).toBe('credentials-required')
      }
      for (const [path, body] of ACTS) {
        const answer = await app.request('a', path, { ...post(body), headers: { [name]: '1.1 proxy' } })
        expect(answer.status, path).toBe(401)
      }
      expect((await app.request(undefined, '/health', { headers: { [name]: 'x' } })).status).toBe(200)
    },
  )
})
