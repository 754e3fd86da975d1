/** Limits and policies of tenants, keys and addresses, through the API, on a clock that the test sets. */
import { afterEach, describe, expect, test } from 'vitest'
import { createFolder } from '../support/folder.ts'
import { type SetClock, setClock } from '../support/set-clock.ts'
import { createTestApp, type Init, post, type TestApp } from '../support/test-app.ts'

const START = Date.UTC(2026, 2, 15, 10, 0, 0)
let clock: SetClock
const open: TestApp[] = []

const FILES = {
  'tools/calculator.yaml':
    'name: calculator\npatterns: ["what is {a} + {b}"]\ninput: {type: object, properties: {a: {type: number}, b: {type: number}}}\ncompute: {result: a + b}\n',
  'tools/greeter.yaml': 'name: greeter\ncompute: {text: "\'hello\'"}\n',
  'workflows/welcome.yaml': 'name: welcome\nstages: [greeter]\n',
}

afterEach(async () => {
  for (const app of open.splice(0)) await app.close()
})

async function withTenant(settings: object, env: NodeJS.ProcessEnv = {}): Promise<TestApp> {
  clock = setClock(START)
  const app = await createTestApp({ files: FILES, overrides: { clock }, env })
  open.push(app)
  const created = await app.request(undefined, '/admin/tenants', post({ tenant_id: 'starter', ...settings }))
  expect(created.status).toBe(201)
  return app
}

const statuses = async (app: TestApp, count: number, init: Init = {}): Promise<number[]> => {
  const answers: number[] = []
  for (let i = 0; i < count; i += 1) answers.push((await app.request('starter', '/api/users', init)).status)
  return answers
}

describe('requests per minute', () => {
  test('after two requests, the last five of fifteen in the same minute are refused', async () => {
    const app = await withTenant({ quota_requests_per_minute: 10 })
    await statuses(app, 2)
    expect(await statuses(app, 15)).toEqual([...Array(8).fill(200), ...Array(7).fill(429)])
  })

  test('the answer says what is left, and how long to wait is enough', async () => {
    const app = await withTenant({ quota_requests_per_minute: 2 })
    const first = await app.request('starter', '/api/users')
    expect(first.headers.get('x-quota-remaining-requests')).toBe('1')
    expect(first.headers.get('ratelimit-policy')).toBe('"requests-per-minute";q=2;w=60')
    clock.pass(10_000)
    await statuses(app, 1)
    const refused = await app.request('starter', '/api/users')
    expect(refused.status).toBe(429)
    expect(await refused.json()).toMatchObject({ code: 'tenant-quota-exceeded', limit: 'requests-per-minute' })
    const retryAfter = Number(refused.headers.get('retry-after'))
    expect(retryAfter).toBeGreaterThan(0)
    clock.pass((retryAfter - 2) * 1000)
    expect(await statuses(app, 1)).toEqual([429])
    clock.pass(2_000)
    expect(await statuses(app, 1)).toEqual([200])
  })

  test('the edge between two minutes admits no more than any other span', async () => {
    const app = await withTenant({ quota_requests_per_minute: 5 })
    clock.pass(59_900)
    expect(await statuses(app, 5)).toEqual(Array(5).fill(200))
    clock.pass(200)
    expect(await statuses(app, 1)).toEqual([429])
  })

  test('another tenant is not held up', async () => {
    const app = await withTenant({ quota_requests_per_minute: 1 })
    await app.request(undefined, '/admin/tenants', post({ tenant_id: 'enterprise' }))
    expect(await statuses(app, 2)).toEqual([200, 429])
    expect((await app.request('enterprise', '/api/users')).status).toBe(200)
  })

  test('executions are counted as well, and those that name no tool too', async () => {
    const app = await withTenant({ quota_requests_per_minute: 2 })
    const run = (text: string) => app.request('starter', '/api/v1/execute', post({ text }))
    expect((await run('what is 1 + 1')).status).toBe(200)
    expect((await run('sing me a song of the sea')).status).toBe(422)
    expect((await run('what is 1 + 1')).status).toBe(429)
  })
})

describe('tokens per minute', () => {
  test('are counted as the caller states them', async () => {
    const app = await withTenant({ quota_tokens_per_minute: 100 })
    expect(await statuses(app, 1, { headers: { 'X-Token-Count': '60' } })).toEqual([200])
    expect(await statuses(app, 1, { headers: { 'X-Token-Count': '60' } })).toEqual([429])
    expect(await statuses(app, 1, { headers: { 'X-Token-Count': '40' } })).toEqual([200])
  })

  test.each(['-5', 'NaN', 'Infinity', '1e3', '1.5', '99999999999999999999'])(
    'a count of %s is refused and costs nothing',
    async (count) => {
      const app = await withTenant({ quota_tokens_per_minute: 100, quota_requests_per_minute: 10 })
      const refused = await app.request('starter', '/api/users', { headers: { 'X-Token-Count': count } })
      expect(refused.status).toBe(422)
      const next = await app.request('starter', '/api/users')
      expect(next.headers.get('x-quota-remaining-tokens')).toBe('100')
      expect(next.headers.get('x-quota-remaining-requests')).toBe('9')
    },
  )

  test('more than the limit itself is told from what will fit later', async () => {
    const app = await withTenant({ quota_tokens_per_minute: 100 })
    const refused = await app.request('starter', '/api/users', { headers: { 'X-Token-Count': '101' } })
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBeNull()
  })
})

describe('the month', () => {
  test('ends the calls of a plan until the next one begins', async () => {
    const app = await withTenant({ plan: 'free' })
    clock.pass(Date.UTC(2026, 2, 31, 23) - START)
    const last = await statuses(app, 1001)
    expect(last.slice(0, 1000).every((status) => status === 200)).toBe(true)
    expect(last[1000]).toBe(429)
    clock.pass(3_600_000)
    expect(await statuses(app, 1)).toEqual([200])
  })
})

describe('policy', () => {
  const settings = { allowed_models: ['gpt-4'], allowed_tools: ['calculator'], quota_requests_per_minute: 5 }

  test('a model or tool that is not allowed is refused with the reason, and costs nothing', async () => {
    const app = await withTenant(settings)
    const refused = await app.request('starter', '/api/users', { headers: { 'X-Model': 'gpt-2' } })
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({
      code: 'tenant-policy-denied',
      reason: expect.stringContaining('gpt-2'),
    })
    const tool = await app.request('starter', '/api/v1/execute', post({ tool: 'greeter', input: {} }))
    expect(tool.status).toBe(403)
    const next = await app.request('starter', '/api/users', { headers: { 'X-Model': 'gpt-4' } })
    expect(next.headers.get('x-quota-remaining-requests')).toBe('4')
  })

  test('a tool inside of a workflow is a tool', async () => {
    const app = await withTenant(settings)
    const refused = await app.request('starter', '/api/v1/execute', post({ workflow: 'welcome', input: {} }))
    expect(refused.status).toBe(403)
  })

  test("the branch's own policy narrows the operator's", async () => {
    const app = await withTenant({ allowed_tools: ['calculator', 'greeter'] })
    app.commit('starter', { 'config/policy.yaml': 'allowed_tools: [greeter]\n' })
    const refused = await app.request('starter', '/api/v1/execute', post({ text: 'what is 1 + 1' }))
    expect(await refused.json()).toMatchObject({ reason: expect.stringContaining('config/policy.yaml') })
  })
})

test('an address has a limit of its own where the operator sets one', async () => {
  const folder = createFolder(FILES)
  const server = await folder.serve({ ESPALIER_ADDRESS_RATE: '2/minute' })
  const answers: number[] = []
  for (const tenant of ['starter', 'enterprise', 'starter']) {
    folder.commit(tenant, {})
    const answer = await fetch(`${server.url}/api/v1/config`, { headers: { 'X-Tenant-ID': tenant } })
    answers.push(answer.status)
  }
  await server.stop()
  folder.remove()
  expect(answers).toEqual([200, 200, 429])
})
