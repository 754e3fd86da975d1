/**
 * Several limits at once, all or nothing: a demand that one of them refuses is counted by none. Pure but for the counters.
 */
import type { Counter } from './counter.ts'

export type LimitName = 'requests-per-minute' | 'tokens-per-minute' | 'calls-per-month' | 'key-rate' | 'address-rate'

export type Limit = {
  name: LimitName
  counter: Counter
  /** What may be spent within the window. */
  limit: number
  /** `"<name>";q=<limit>;w=<seconds>`, as the header RateLimit-Policy names it. */
  policyItem: string
  /** What this demand spends; 0 asks only for what is left. */
  cost: number
}

export type Admission =
  | { kind: 'admitted' }
  /** `retryAfterMs` is enough; Infinity where the demand is larger than the limit itself. */
  | { kind: 'refused'; limit: Limit; retryAfterMs: number }

/** Counts the demand where every limit admits it; else tells the limit that keeps it out longest. */
export function admit(limits: readonly Limit[], nowMs: number): Admission {
  let refused: { kind: 'refused'; limit: Limit; retryAfterMs: number } | undefined
  for (const limit of limits) {
    const { counter, cost } = limit
    if (cost === 0 || counter.used(nowMs) + cost <= limit.limit) continue
    const retryAfterMs = counter.waitMs(nowMs, cost, limit.limit)
    if (!refused || retryAfterMs > refused.retryAfterMs) refused = { kind: 'refused', limit, retryAfterMs }
  }
  if (refused) return refused
  for (const { counter, cost } of limits) if (cost > 0) counter.add(nowMs, cost)
  return { kind: 'admitted' }
}

export const remaining = ({ counter, limit }: Limit, nowMs: number): number => Math.max(0, limit - counter.used(nowMs))
