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
  /** What a request spends of it: itself, or the tokens that it names. */
  unit: 'request' | 'token'
}

export type Admission =
  | { kind: 'admitted' }
  /** `retryAfterMs` is enough; Infinity where the demand is larger than the limit itself. */
  | { kind: 'refused'; limit: Limit; retryAfterMs: number }

const ADMITTED: Admission = { kind: 'admitted' }

/** What a request with so many tokens spends of `limit`; 0 asks only for what is left. */
export const costOf = ({ unit }: Limit, tokens: number): number => (unit === 'token' ? tokens : 1)

/** Counts the demand where every limit admits it; else tells the limit that keeps it out longest. */
export function admit(limits: readonly Limit[], tokens: number, nowMs: number): Admission {
  let refused: { kind: 'refused'; limit: Limit; retryAfterMs: number } | undefined
  for (const limit of limits) {
    const { counter } = limit
    const cost = costOf(limit, tokens)
    if (cost === 0 || counter.used(nowMs) + cost <= limit.limit) continue
    const retryAfterMs = counter.waitMs(nowMs, cost, limit.limit)
    if (!refused || retryAfterMs > refused.retryAfterMs) refused = { kind: 'refused', limit, retryAfterMs }
  }
  if (refused) return refused
  for (const limit of limits) limit.counter.add(nowMs, costOf(limit, tokens))
  return ADMITTED
}

/** How much of a limit is left at `nowMs`, never below 0. */
export const remaining = ({ counter, limit }: Limit, nowMs: number): number => Math.max(0, limit - counter.used(nowMs))
