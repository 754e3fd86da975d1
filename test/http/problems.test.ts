/** What every answer has in common, good or bad. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROBLEMS } from '../../src/kernel/errors.ts'
import { createTestApp, type Init, post, type TestApp } from '../support/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
  app.commit('t', {})
})
afterAll(() => app.close())

const CASES: [status: number, code: string, tenant: string | undefined, path: string, init?: Init][] = [
  [400, 'tenant-required', undefined, '/api/v1/config'],
  [400, 'tenant-invalid-id', 'A', '/api/v1/config'],
  [400, 'body-malformed', 't', '/api/v1/execute', post('{')],
  [400, 'parameter-invalid', 't', '/api/v1/history?pageSize=0'],
  [400, 'parameter-invalid', undefined, '/admin/tenants?lable=a:b'],
  [401, 'credentials-required', 't', '/api/v1/config', { headers: { Via: 'x' } }],
  [404, 'not-found', 't', '/api/v1'],
  [404, 'not-found', undefined, '/schemas/nope.json'],
  [404, 'tenant-not-found', 'nobody', '/api/v1/config'],
  [404, 'tool-not-found', 't', '/api/v1/tools/nope'],
  [404, 'execution-not-found', 't', '/api/v1/executions/x'],
  [405, 'method-not-allowed', 't', '/api/v1/execute'],
  [409, 'tenant-exists', undefined, '/admin/tenants', post({ tenant_id: 't' })],
  [413, 'body-too-large', 't', '/api/v1/execute', post('x'.repeat(1024 * 1024 + 1))],
  [422, 'body-invalid', 't', '/api/v1/execute', post({})],
  [422, 'input-invalid', 't', '/api/v1/execute', post({ tool: 'double' })],
]

describe('a problem', () => {
  test.each(CASES)('%i %s', async (status, code, tenant, path, init) => {
    const answer = await app.request(tenant, path, init)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const problem = (await answer.json()) as Record<string, unknown>
    expect(problem).toMatchObject({
      type: `/problems/${code}`,
      title: PROBLEMS[code as keyof typeof PROBLEMS].title,
      status,
      code,
      requestId: answer.headers.get('x-request-id'),
    })
    expect(problem.detail).toMatch(/^.{10,}$/s)
    expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts:|at Object|\/tmp\//)
  })

  test.each(CASES)(
    '%i %s has a page with an example of the same members',
    async (_status, code, tenant, path, init) => {
      const problem = (await (await app.request(tenant, path, init)).json()) as { type: string }
      const page = await app.request(undefined, problem.type, { headers: { Accept: 'application/json' } })
      expect(page.status).toBe(200)
      const { example } = (await page.json()) as { example: object }
      expect(Object.keys(example).toSorted()).toEqual(expect.arrayContaining(Object.keys(problem).toSorted()))
      expect(example).toMatchObject({ type: problem.type, code })
    },
  )

  test.each([
    ['/admin/tenants?lable=a:b', 'This path takes no query parameter "lable". Did you mean "label"?'],
    ['/api/v1/status?verbose', 'This path takes no query parameter "verbose". It takes none.'],
  ])('of %s says which parameter there would be', async (path, detail) => {
    expect(await (await app.request('t', path)).json()).toMatchObject({ code: 'parameter-invalid', detail })
  })
})

test.each([
  ['/api/v1/excute', ' Did you mean /api/v1/execute?'],
  ['/api/v1/config/', ' Did you mean /api/v1/config?'],
  ['/api/v1/tools/double/rnu', ' Did you mean /api/v1/tools/{name}/run?'],
  ['/nowhere', ''],
])('a path that nobody takes: %s', async (path, meant) => {
  const detail = `Nothing is here.${meant} /openapi.json lists every path.`
  expect(await (await app.request('t', path)).json()).toMatchObject({ code: 'not-found', detail })
})

describe('methods', () => {
  test.each([
    ['/api/v1/config', 'POST', 'GET'],
    ['/api/v1/tools', 'PUT', 'GET'],
    ['/api/v1/execute', 'GET', 'POST'],
    ['/api/v1/tools/double/run', 'GET', 'POST'],
    ['/admin/tenants/t', 'POST', 'GET'],
    ['/health', 'POST', 'GET'],
  ])('%s does not take %s', async (path, method, allow) => {
    const answer = await app.request('t', path, { method })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')?.split(', ')).toContain(allow)
  })

  test('a path with two methods names both', async () => {
    const answer = await app.request(undefined, '/admin/tenants', { method: 'DELETE' })
    expect(answer.headers.get('allow')?.split(', ').toSorted()).toEqual(['GET', 'POST'])
  })

  test.each(['/', '/health', '/api/v1/config', '/api/v1/tools/double', '/metrics'])(
    'HEAD %s is GET without a body',
    async (path) => {
      const head = await app.request('t', path, { method: 'HEAD' })
      const get = await app.request('t', path)
      expect(head.status).toBe(get.status)
      expect(await head.text()).toBe('')
      const plain = (answer: Response) =>
        Object.fromEntries([...answer.headers].filter(([name]) => name !== 'x-request-id'))
      expect(plain(head)).toEqual(plain(get))
    },
  )

  test('HEAD finds the same problems', async () => {
    expect((await app.request('nobody', '/api/v1/config', { method: 'HEAD' })).status).toBe(404)
  })
})

describe('request ids', () => {
  test.each(['abc', 'A-1_b.c', 'x'.repeat(128)])('%s of the caller comes back', async (id) => {
    const answer = await app.request('t', '/api/v1/config', { headers: { 'X-Request-ID': id } })
    expect(answer.headers.get('x-request-id')).toBe(id)
  })

  test.each(['', 'a b', 'a,b', 'x'.repeat(129), '<script>', '{"a":1}', 'ü'])(
    '%j is replaced by one of our own',
    async (id) => {
      const answer = await app.request('t', '/api/v1/config', { headers: { 'X-Request-ID': id } })
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/)
    },
  )

  test('are new each time', async () => {
    const ids = await Promise.all(
      Array.from({ length: 100 }, async () => (await app.request('t', '/health')).headers.get('x-request-id')),
    )
    expect(new Set(ids).size).toBe(100)
  })
})

test('a refused commit is named by every answer of its tenant, problems among them', async () => {
  const good = app.commit('marked', {})
  await app.request('marked', '/api/v1/config')
  const bad = app.commit('marked', { 'config/x.json': '{' })
  const asked = [
    ['/api/v1/config'],
    ['/api/v1/tools'],
    ['/api/v1/tools/nope'],
    ['/api/v1/workflows/both'],
    ['/api/v1/history'],
    ['/api/v1/executions'],
    ['/api/v1/executions/nope'],
    ['/api/v1/execute', post({ text: 'double 2' })],
    ['/api/v1/execute', post({ tool: 'double' })],
    ['/api/v1/execute', post('{')],
  ] as const
  for (const [path, init] of asked) {
    const { headers } = await app.request('marked', path, init)
    expect(headers.get('x-config-revision'), path).toBe(good)
    expect(headers.get('x-config-degraded'), path).toBe(bad)
    expect(headers.get('vary'), path).toBe('X-Tenant-ID')
  }
})
