/**
 * Series with a tenant's id, for as many tenants as a Prometheus can bear.
 * Invariant: the first `MAX_TENANTS` that were seen have series of their own; all others share `tenant_id="_other"`, so
 * that sums over all tenants are right.
 */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { UsageBatch } from '../usage/tally.ts'

/** How much of a resource each tenant has. */
export type ReadResources = () => Promise<readonly { tenant: string; resource: string; amount: number }[]>

export type TenantSeries = {
  /** Adds the requests of a batch. */
  used(batch: Pick<UsageBatch, 'tenants'>): void
}

const MAX_TENANTS = 1_000
/** No tenant id begins with it. */
const OTHER = '_other'

/**
 * @param deps.settle makes `used` hear of what was counted so far; asked at each scrape, as is `readResources`
 * @param deps.maxTenants how many get series of their own
 */
export function createTenantSeries(
  registry: Registry,
  {
    settle,
    readResources,
    maxTenants = MAX_TENANTS,
  }: {
    settle: () => Promise<void>
    readResources: ReadResources
    maxTenants?: number
  },
): TenantSeries {
  const named = new Set<string>()
  const labelOf = (tenant: string): string => {
    if (named.size < maxTenants) named.add(tenant)
    return named.has(tenant) ? tenant : OTHER
  }

  /** What no scrape has asked for yet: labels are dear, and made for it alone. */
  const pending = new Map<string, Map<string, number>>()
  const requests: Counter<'tenant_id' | 'endpoint' | 'method' | 'status'> = new Counter({
    name: 'tenant_api_requests_total',
    help: 'Answered requests by tenant.',
    labelNames: ['tenant_id', 'endpoint', 'method', 'status'] as const,
    registers: [registry],
    async collect() {
      await settle()
      for (const [tenant_id, counts] of pending) {
        for (const [key, count] of counts) {
          const [method = '', endpoint = '', status = ''] = key.split(' ')
          requests.inc({ tenant_id, endpoint, method, status }, count)
        }
      }
      pending.clear()
    },
  })
  new Gauge({
    name: 'tenant_resource_usage',
    help: 'What tenants have, in pieces: users.',
    labelNames: ['tenant_id', 'resource_type'] as const,
    registers: [registry],
    async collect() {
      this.reset()
      for (const { tenant, resource, amount } of await readResources()) {
        this.inc({ tenant_id: labelOf(tenant), resource_type: resource }, amount)
      }
    },
  })

  return {
    used({ tenants }) {
      for (const [tenant, { cells }] of tenants) {
        const label = labelOf(tenant)
        const sums = pending.get(label) ?? new Map<string, number>()
        pending.set(label, sums)
        for (const { of, count } of cells) {
          const { kind, method, target, status } = of
          if (kind !== 'request') continue
          const key = `${method} ${target} ${status}`
          sums.set(key, (sums.get(key) ?? 0) + count)
        }
      }
    },
  }
}
