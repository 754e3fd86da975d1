/** What tenants have asked for, counted. */
import type { Generated } from 'kysely'

/** What the tenants of a part have used in a second, to be added to the rows below. */
export type UsageGroupTable = {
  id: Generated<number>
  /** See usage/parts.ts. */
  part: number
  /** See storage/usage/usage-group.ts. */
  counts_json: string
}

export type UsageTable = {
  tenant: string
  /** Whole days since 1970-01-01 (UTC). */
  day: number
  kind: 'request' | 'tool' | 'workflow'
  /** A method and the path of a route, or the name of a tool or workflow. */
  name: string
  /** Of HTTP, or how an execution ended. */
  status: string
  count: number
  /** The sum over `count`. */
  duration_ms: number
  /** How many of `count` were answered from a snapshot in memory; 0 for executions. */
  from_memory: number
  last_at: number
}

/** The last requests of each tenant, one row a tenant. */
export type RecentRequestsTable = {
  tenant: string
  /** Newest first. */
  requests_json: string
}
