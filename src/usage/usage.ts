/** What is counted of a tenant's use: requests by endpoint and executions by tool and workflow, each by day and outcome. Pure. */

export type UsageKind = 'request' | 'tool' | 'workflow'

/** What one key of the count is: all of it but the tenant and the day. */
export type UsageKey = {
  kind: UsageKind
  /** A method and the path of a route, or the name of a tool or workflow. */
  name: string
  /** Of HTTP as text, or how an execution ended. */
  status: string
}

export type UsageCount = UsageKey & {
  count: number
  /** The sum over `count`. */
  durationMs: number
  /** How many of `count` were answered from a snapshot in memory; 0 for executions. */
  fromMemory: number
  /** Milliseconds since 1970-01-01T00:00Z. */
  lastAt: number
}

/** `day`: whole days since 1970-01-01 (UTC). */
export type DatedCount = UsageCount & { day: number }

export type RecentRequest = {
  /** When it was answered, in milliseconds since 1970-01-01T00:00Z. */
  at: number
  method: string
  /** The path of the route, with parameters in braces: values may be anybody's data. */
  path: string
  status: number
  durationMs: number
}

/** How many of a tenant's last requests are kept. */
export const RECENT_REQUESTS = 10

/** Newest first, no more than are kept; of the same millisecond in the order in which they are given. */
export const newest = (requests: readonly RecentRequest[]): RecentRequest[] =>
  [...requests].sort((a, b) => b.at - a.at).slice(0, RECENT_REQUESTS)

const DAY_MS = 86_400_000

/** Days since 1970 in UTC, of an instant in milliseconds. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS)

/** Such as `2026-11-22`. */
export const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)
