/**
 * What a tenant, a key and an address have spent, in this process. Invariant: counts of one tenant are reached only with
 * its id; a limit that nobody set costs nothing.
 */
import { LRUCache } from 'lru-cache'
import type { RateLimit } from '../access/keys/rate-limit.ts'
import type { Clock } from '../kernel/clock.ts'
import type { TenantId } from '../kernel/ids.ts'
import { type Admission, admit, type Limit, type LimitName, remaining } from './admit.ts'
import { calendarMonth } from './calendar-month.ts'
import type { Counter } from './counter.ts'
import { slidingWindow } from './sliding-window.ts'

export type TenantLimits = {
  /** null = unlimited. */
  quotaRequestsPerMinute: number | null
  quotaTokensPerMinute: number | null
  apiCallsPerMonth: number | null
}

export type Demand = {
  tenant: TenantId
  limits: TenantLimits
  tokens: number
  /** The key that asks, where it has a limit of its own. */
  key: { id: string; rate: RateLimit } | undefined
  address: string | null
}

export type Spent = {
  admission: Admission
  /** Those that hold. */
  limits: readonly Limit[]
  /** What is left of each, after this demand. */
  left: readonly number[]
}

export type Quotas = {
  /** Asynchronous only for a tenant's first call with a monthly limit, when earlier calls of the month are looked up. */
  spend(demand: Demand): Spent | Promise<Spent>
}

const MINUTE_MS = 60_000
/** As long as a month can be: only a length for the header, the counter knows the calendar. */
const MONTH_MS = 31 * 24 * 60 * MINUTE_MS
/** Counters of callers come and go; an idle one has nothing in its window. */
const MAX_CALLERS = 100_000
/** Counted as a size: a cache that is told its `max` takes room for all of them at once, some 2 MB. */
const CALLERS = { maxSize: MAX_CALLERS, sizeCalculation: () => 1 } as const

export function createQuotas({
  clock,
  callsThisMonth,
  perAddress,
}: {
  clock: Clock
  /** Calls of the tenant since the month began, from what is stored. */
  callsThisMonth(tenant: TenantId): Promise<number>
  /** For each address; undefined = unlimited. */
  perAddress: RateLimit | undefined
}): Quotas {
  const requests = new Map<TenantId, Counter>()
  const tokens = new Map<TenantId, Counter>()
  const months = new Map<TenantId, Counter>()
  /** What holds for a tenant, put together once for as long as its settings stand. */
  const held = new Map<TenantId, { by: TenantLimits; limits: readonly Limit[] }>()
  const keys = new LRUCache<string, Counter>(CALLERS)
  const addresses = new LRUCache<string, Counter>(CALLERS)

  function spend(demand: Demand): Spent | Promise<Spent> {
    const { tenant, limits } = demand
    if (isUnlimited(demand) && !perAddress) return NOTHING
    if (limits.apiCallsPerMonth === null || months.has(tenant)) return spendNow(demand)
    return callsThisMonth(tenant).then((used) => {
      if (!months.has(tenant)) months.set(tenant, calendarMonth({ atMs: clock.now(), used }))
      return spendNow(demand)
    })
  }

  function spendNow(demand: Demand): Spent {
    const limits = limitsOf(demand)
    const nowMs = clock.now()
    const admission = admit(limits, demand.tokens, nowMs)
    return { admission, limits, left: limits.map((limit) => remaining(limit, nowMs)) }
  }

  function limitsOf({ tenant, limits, key, address }: Demand): readonly Limit[] {
    const known = held.get(tenant)
    const ofTenant = known?.by === limits ? known.limits : tenantLimits(tenant, limits)
    const ofKey = key && limitOf('key-rate', counterOf(keys, key.id, key.rate.windowMs), key.rate)
    const ofAddress =
      perAddress && address !== null
        ? limitOf('address-rate', counterOf(addresses, address, perAddress.windowMs), perAddress)
        : undefined
    if (!ofKey && !ofAddress) return ofTenant
    return [...ofTenant, ...(ofKey ? [ofKey] : []), ...(ofAddress ? [ofAddress] : [])]
  }

  function tenantLimits(tenant: TenantId, by: TenantLimits): readonly Limit[] {
    const { quotaRequestsPerMinute, quotaTokensPerMinute, apiCallsPerMonth } = by
    const limits: Limit[] = []
    if (quotaRequestsPerMinute !== null) {
      const counter = counterOf(requests, tenant, MINUTE_MS)
      limits.push(limitOf('requests-per-minute', counter, { limit: quotaRequestsPerMinute, windowMs: MINUTE_MS }))
    }
    if (quotaTokensPerMinute !== null) {
      const counter = counterOf(tokens, tenant, MINUTE_MS)
      limits.push(limitOf('tokens-per-minute', counter, { limit: quotaTokensPerMinute, windowMs: MINUTE_MS }))
    }
    const month = months.get(tenant)
    if (apiCallsPerMonth !== null && month) {
      limits.push(limitOf('calls-per-month', month, { limit: apiCallsPerMonth, windowMs: MONTH_MS }))
    }
    held.set(tenant, { by, limits })
    return limits
  }

  return { spend }
}

/** Its policy is worded as draft-ietf-httpapi-ratelimit-headers has it. */
const limitOf = (name: LimitName, counter: Counter, { limit, windowMs }: RateLimit): Limit => ({
  name,
  counter,
  limit,
  policyItem: `"${name}";q=${limit};w=${windowMs / 1000}`,
  unit: name === 'tokens-per-minute' ? 'token' : 'request',
})

/** Most tenants, on the way of every request. */
const isUnlimited = ({ limits, key }: Demand): boolean =>
  limits.quotaRequestsPerMinute === null &&
  limits.quotaTokensPerMinute === null &&
  limits.apiCallsPerMonth === null &&
  key === undefined

const NOTHING: Spent = { admission: { kind: 'admitted' }, limits: [], left: [] }

function counterOf<K>(
  counters: { get(key: K): Counter | undefined; set(key: K, counter: Counter): unknown },
  key: K,
  windowMs: number,
): Counter {
  const known = counters.get(key)
  if (known) return known
  const counter = slidingWindow(windowMs)
  counters.set(key, counter)
  return counter
}
