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
  /** What is left of each limit that holds, after this demand. */
  left: readonly { name: LimitName; policyItem: string; remaining: number }[]
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
  const keys = new LRUCache<string, Counter>({ max: MAX_CALLERS })
  const addresses = new LRUCache<string, Counter>({ max: MAX_CALLERS })

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
    const admission = admit(limits, nowMs)
    const left = limits.map((limit) => ({
      name: limit.name,
      policyItem: limit.policyItem,
      remaining: remaining(limit, nowMs),
    }))
    return { admission, left }
  }

  function limitsOf({ tenant, limits, tokens: count, key, address }: Demand): Limit[] {
    const { quotaRequestsPerMinute, quotaTokensPerMinute, apiCallsPerMonth } = limits
    const holding: Limit[] = []
    const hold = (name: LimitName, counter: Counter, { limit, windowMs }: RateLimit, cost: number): void => {
      holding.push({ name, counter, limit, policyItem: policyItemOf(name, limit, windowMs), cost })
    }
    if (quotaRequestsPerMinute !== null) {
      const counter = counterOf(requests, tenant, MINUTE_MS)
      hold('requests-per-minute', counter, { limit: quotaRequestsPerMinute, windowMs: MINUTE_MS }, 1)
    }
    if (quotaTokensPerMinute !== null) {
      const counter = counterOf(tokens, tenant, MINUTE_MS)
      hold('tokens-per-minute', counter, { limit: quotaTokensPerMinute, windowMs: MINUTE_MS }, count)
    }
    const month = months.get(tenant)
    if (apiCallsPerMonth !== null && month) {
      hold('calls-per-month', month, { limit: apiCallsPerMonth, windowMs: MONTH_MS }, 1)
    }
    if (key) hold('key-rate', counterOf(keys, key.id, key.rate.windowMs), key.rate, 1)
    if (perAddress && address !== null) {
      hold('address-rate', counterOf(addresses, address, perAddress.windowMs), perAddress, 1)
    }
    return holding
  }

  return { spend }
}

/** As draft-ietf-httpapi-ratelimit-headers names it. */
const policyItemOf = (name: LimitName, limit: number, windowMs: number): string =>
  `"${name}";q=${limit};w=${windowMs / 1000}`

/** Most tenants, on the way of every request. */
const isUnlimited = ({ limits, key }: Demand): boolean =>
  limits.quotaRequestsPerMinute === null &&
  limits.quotaTokensPerMinute === null &&
  limits.apiCallsPerMonth === null &&
  key === undefined

const NOTHING: Spent = { admission: { kind: 'admitted' }, left: [] }

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
