/**
 * A hold keeps one tenant out of rollouts. Pure: no clock, no storage.
 * Invariant: at most one hold per tenant; a hold without `until` lasts until it is released.
 */
import type { TenantId } from '../../kernel/ids.ts'

export type TenantHold = {
  tenant: TenantId
  reason: string
  /** When it ends by itself; null = never. */
  until: Date | null
  /** Who placed it, as `actorName` writes it. */
  by: string
  at: Date
}

/** Whether `hold` keeps its tenant out of a run at `now` (milliseconds since 1970). An end equal to `now` has passed. */
export const isHeld = (hold: TenantHold | undefined, now: number): hold is TenantHold =>
  hold !== undefined && (hold.until === null || hold.until.getTime() > now)
