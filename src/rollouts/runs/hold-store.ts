/** The port to holds: one row a tenant, audited in the transaction that writes it. */
import type { Origin } from '../../access/actor.ts'
import type { TenantId } from '../../kernel/ids.ts'
import type { TenantHold } from './hold.ts'

export type HoldStore = {
  /** All of them, those that have ended as well. */
  all(): Promise<TenantHold[]>
  find(tenant: TenantId): Promise<TenantHold | undefined>
  /** Replaces an earlier hold. */
  place(hold: TenantHold, origin: Origin): Promise<void>
  /** @returns whether there was one */
  release(tenant: TenantId, origin: Origin): Promise<boolean>
}
