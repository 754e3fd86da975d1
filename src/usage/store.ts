/** The port to what was counted. Every method that reads takes the tenant first and sees no other. */
import type { TenantId } from '../kernel/ids.ts'
import type { UsageBatch } from './tally.ts'
import type { RecentRequest, UsageCount, UsageKind } from './usage.ts'

export type DayCount = { day: number; kind: UsageKind; status: string; count: number }

export type UsageStore = {
  /** Adds what a batch counted, in one transaction. */
  add(batch: UsageBatch): Promise<void>
  /** Summed over the days from `from` on. */
  byKey(tenant: TenantId, from: number): Promise<UsageCount[]>
  /** By day, the earliest first. */
  byDay(tenant: TenantId, from: number): Promise<DayCount[]>
  /** Newest first. */
  recent(tenant: TenantId): Promise<RecentRequest[]>
}
