import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import type { TenantId } from '../../src/kernel/ids.ts'
import { createTenantSeries } from '../../src/observability/tenant-series.ts'

const request = {
  of: { day: 0, kind: 'request' as const, method: 'GET', target: '/x', status: 200 },
  count: 1,
  durationMs: 0,
  fromMemory: 0,
  lastAt: 0,
}
const usedOnce = (...tenants: string[]) => ({
  tenants: new Map(tenants.map((tenant) => [tenant as TenantId, { cells: [request], recent: [], seen: 0 }])),
})

describe('series by tenant', () => {
  test('beyond the cap share one label, so that the sum stays right', async () => {
    const registry = new Registry()
    const series = createTenantSeries(registry, {
      settle: async () => {},
      readResources: async () => [],
      maxTenants: 2,
    })
    series.used(usedOnce('a', 'b', 'c', 'd'))
    series.used(usedOnce('a'))
    const { values = [] } = (await registry.getSingleMetric('tenant_api_requests_total')?.get()) ?? {}
    const amounts = Object.fromEntries(values.map(({ labels, value }) => [labels.tenant_id, value]))
    expect(amounts).toEqual({ a: 2, b: 1, _other: 2 })
  })
})
