import { afterEach, describe, expect, test } from 'vitest'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

type Analytics = {
  total_requests: number
  by_status: Record<string, number>
  avg_duration_ms: number | null
  recent_requests: { method: string; path: string; status: number; at: string }[]
}

const START = Date.parse('2026-11-22T23:59:58Z')

/** A clock that a test moves. */
function handClock(at = START) {
  let now = at
  return {
    clock: { now: () => now, monotonic: () => now },
    advance: (ms: number): void => {
      now += ms
    },
  }
}

const open: TestApp[] = []
async function start(clock = handClock().clock): Promise<TestApp> {
  const product = await createTestApp({ overrides: { clock } })
  open.push(product)
  for (const tenant_id of ['acme-corp', 'globex']) {
    await product.request(undefined, '/admin/tenants', post({ tenant_id }))
  }
  return product
}
afterEach(async () => {
  for (const product of open.splice(0)) await product.close()
})

const analytics = async (product: TestApp, tenant: string): Promise<Analytics> =>
  (await (await product.request(tenant, '/api/analytics/requests')).json()) as Analytics

const execute = (product: TestApp, tenant: string, text: string): Promise<Response> =>
  product.request(tenant, '/api/v1/execute', post({ text }))

describe('analytics', () => {
  test('count every request of the tenant by status, and none of another', async () => {
    const product = await start()
    await product.request('acme-corp', '/api/v1/config')
    await product.request('acme-corp', '/api/users/nobody')
    await product.request('globex', '/api/v1/config')
    expect(await analytics(product, 'acme-corp')).toMatchObject({
      tenant_id: 'acme-corp',
      total_requests: 2,
      by_status: { 200: 1, 404: 1 },
      avg_duration_ms: 0,
    })
    expect((await analytics(product, 'globex')).total_requests).toBe(1)
  })

  test('show the ten newest requests, the newest first, without what was in their paths', async () => {
    const { clock, advance } = handClock()
    const product = await start(clock)
    for (let i = 0; i < 12; i += 1) {
      advance(1)
      await product.request('acme-corp', `/api/users/secret-${i}`)
    }
    await product.request('acme-corp', '/api/v1/config')
    const { recent_requests, total_requests } = await analytics(product, 'acme-corp')
    expect(total_requests).toBe(13)
    expect(recent_requests).toHaveLength(10)
    expect(recent_requests[0]).toMatchObject({ method: 'GET', path: '/api/v1/config', status: 200 })
    expect(recent_requests[1]).toMatchObject({ path: '/api/users/{id}', status: 404 })
    const instants = recent_requests.map(({ at }) => at)
    expect(instants).toEqual([...instants].sort().reverse())
  })

  test('are all there after a restart', async () => {
    const product = await start()
    for (let i = 0; i < 25; i += 1) await product.request('acme-corp', '/api/v1/config')
    await product.app.close()
    const { createApp } = await import('../../src/app.ts')
    const { readConfig } = await import('../../src/boot/config.ts')
    const again = await createApp(readConfig(product.folder.env, product.folder.path))
    const answer = await again.server.request('http://localhost/api/analytics/requests', {
      headers: { 'X-Tenant-ID': 'acme-corp' },
    })
    expect(await answer.json()).toMatchObject({
      total_requests: 25,
      recent_requests: Array(10).fill(expect.anything()),
    })
    Object.assign(product.app, { close: again.close })
  })
})

describe('usage', () => {
  test('adds up by day, endpoint, tool, workflow and outcome', async () => {
    const { clock, advance } = handClock()
    const product = await start(clock)
    await execute(product, 'acme-corp', 'double 12')
    advance(4_000)
    await execute(product, 'acme-corp', 'double 3')
    await execute(product, 'acme-corp', 'mumble mumble')
    const usage = await (await product.request('acme-corp', '/api/v1/usage?days=2')).json()
    expect(usage).toMatchObject({
      tenant: 'acme-corp',
      queries_today: 2,
      from: '2026-11-22',
      to: '2026-11-23',
      last_active: '2026-11-23T00:00:02.000Z',
      requests: { total: 3, by_status: { 200: 2, 422: 1 } },
      by_endpoint: [{ name: 'POST /api/v1/execute', total: 3 }],
      by_tool: [{ name: 'double', total: 2, by_status: { completed: 2 } }],
      by_workflow: [],
      by_day: [
        { day: '2026-11-22', requests: 1, executions: 1, by_status: { 200: 1 } },
        { day: '2026-11-23', requests: 2, executions: 1, by_status: { 200: 1, 422: 1 } },
      ],
    })
    const today = await (await product.request('acme-corp', '/api/v1/usage?days=1')).json()
    expect(today).toMatchObject({ from: '2026-11-23', requests: { total: 3 } })
  })

  test('says which share of requests was answered from memory', async () => {
    const product = await start()
    await product.request('acme-corp', '/api/v1/config')
    await product.request('acme-corp', '/api/v1/config')
    product.commit('acme-corp', { 'config/extra.yaml': 'a: 1\n' })
    await product.request('acme-corp', '/api/v1/config')
    await product.request('acme-corp', '/api/v1/config')
    const { cache_hit_rate } = (await (await product.request('acme-corp', '/api/v1/usage')).json()) as {
      cache_hit_rate: number
    }
    // The first read after the commit, and the first of all where creating the tenant did not read its branch.
    expect([0.5, 0.75]).toContain(cache_hit_rate)
  })

  test('is empty, not wrong, where nothing happened', async () => {
    const product = await start()
    expect(await (await product.request('acme-corp', '/api/v1/usage')).json()).toMatchObject({
      queries_today: 0,
      avg_response_time_ms: null,
      cache_hit_rate: null,
      last_active: null,
      by_day: [],
    })
  })

  test.each(['0', '367', 'x', '1.5'])('refuses days=%s', async (days) => {
    const product = await start()
    expect((await product.request('acme-corp', `/api/v1/usage?days=${days}`)).status).toBe(400)
  })

  test('of requests is in what operators see of a tenant', async () => {
    const product = await start()
    await product.request('acme-corp', '/api/v1/config')
    const answer = await product.request(undefined, '/admin/tenants/acme-corp/usage')
    expect(await answer.json()).toMatchObject({
      requests: { total: 1, by_status: { 200: 1 }, by_endpoint: [{ name: 'GET /api/v1/config', total: 1 }] },
    })
  })
})

describe('metrics', () => {
  test('count requests by tenant, endpoint, method and status, and users by tenant', async () => {
    const product = await start()
    await product.request('acme-corp', '/api/users', post({ email: 'a@example.com', name: 'A' }))
    await product.request('acme-corp', '/api/v1/config')
    await product.request('acme-corp', '/api/v1/config')
    const text = await (await product.request(undefined, '/metrics')).text()
    const labels = 'tenant_id="acme-corp",endpoint="/api/v1/config",method="GET",status="200"'
    expect(text).toContain(`tenant_api_requests_total{${labels}} 2`)
    expect(text).toContain('tenant_resource_usage{tenant_id="acme-corp",resource_type="users"} 1')
  })
})
