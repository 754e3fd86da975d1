/**
 * The port to what was counted. What batches counted is kept as it comes, and added up later, when many seconds of a tenant
 * are one sum. Every method that reads takes the tenant first and sees no other, and of that what was added up.
 */
import type { TenantId } from '../kernel/ids.ts'
import type { UsageBatch } from './tally.ts'
import type { RecentRequest, UsageCount, UsageKind } from './usage.ts'

export type DayCount = { day: number; kind: UsageKind; status: string; count: number }

export type UsageStore = {
  /** Keeps what batches counted: all of it or nothing. */
  add(batches: readonly UsageBatch[]): Promise<void>
  /** Adds up what was kept of the tenants of a part. */
  addUp(part: number): Promise<void>
  /** Summed over the days from `from` on. */
  byKey(tenant: TenantId, from: number): Promise<UsageCount[]>
  /** By day, the earliest first. */
  byDay(tenant: TenantId, from: number): Promise<DayCount[]>
  /** Newest first. */
  recent(tenant: TenantId): Promise<RecentRequest[]>
}
