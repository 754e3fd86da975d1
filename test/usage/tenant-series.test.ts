import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import type { TenantId } from '../../src/kernel/ids.ts'
import { createTenantSeries } from '../../src/observability/tenant-series.ts'

const request = (tenant: string) => ({
  tenant: tenant as TenantId,
  day: 0,
  kind: 'request' as const,
  name: 'GET /x',
  status: '200',
  count: 1,
  durationMs: 0,
  fromMemory: 0,
  lastAt: 0,
})

describe('series by tenant', () => {
  test('beyond the cap share one label, so that the sum stays right', async () => {
    const registry = new Registry()
    const series = createTenantSeries(registry, {
      settle: async () => {},
      readResources: async () => [],
      maxTenants: 2,
    })
    series.used({ counts: ['a', 'b', 'c', 'd', 'a'].map(request) })
    const { values = [] } = (await registry.getSingleMetric('tenant_api_requests_total')?.get()) ?? {}
    const amounts = Object.fromEntries(values.map(({ labels, value }) => [labels.tenant_id, value]))
    expect(amounts).toEqual({ a: 2, b: 1, _other: 2 })
  })
})
