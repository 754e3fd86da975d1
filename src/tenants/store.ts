/** The port to the rows of tenants. Every change is audited in the transaction that makes it. */

import type { Origin } from '../access/actor.ts'
import type { ApiKey } from '../access/keys/key.ts'
import type { Oid, TenantId } from '../kernel/ids.ts'
import type { NewUser } from '../users/store.ts'
import type { TenantProfile } from './profile.ts'
import type { Tenant } from './tenant.ts'

/** A tenant that is to be, with all that comes with it. */
export type Creation = {
  id: TenantId
  profile: TenantProfile
  /** The commit that its branch is to be made at. */
  branchDue: Oid
  at: Date
  owner?: NewUser
  key?: ApiKey
}

export type CreationOutcome =
  | { kind: 'added'; tenant: Tenant }
  /** Nothing was changed. */
  | { kind: 'exists'; tenant: Tenant }
  /** Another tenant has its schema name. */
  | { kind: 'name-taken'; holder: TenantId }

/** A branch that is there and is to have its row; `origin` is who asked for it. */
export type Adoption = { id: TenantId; at: Date; origin: Origin }

export type AdoptionOutcome = { kind: 'stands'; tenant: Tenant } | Extract<CreationOutcome, { kind: 'name-taken' }>

/** What a change writes; `version` is the one that it was decided on. */
export type TenantUpdate = Pick<Tenant, 'id' | 'profile' | 'suspendedAt' | 'deletedAt' | 'updatedAt' | 'version'>

/** Named in the audit trail. */
export type TenantAction =
  | 'tenant.updated'
  | 'tenant.suspended'
  | 'tenant.resumed'
  | 'tenant.deleted'
  | 'tenant.restored'

export type TenantStore = {
  /** Rows whose `change` is later, in that order; 0 = all. */
  changedAfter(change: number): Promise<Tenant[]>
  /** Rows in one transaction; existing ones stay as they are. Outcomes in the order of `adoptions`, whose ids differ. */
  adopt(adoptions: readonly Adoption[]): Promise<AdoptionOutcome[]>
  /** Rows, owners and keys in one transaction. Outcomes in the order of `creations`, whose ids differ. */
  create(creations: readonly Creation[], origin: Origin): Promise<CreationOutcome[]>
  /** Notes that the branches of these tenants were made. */
  branchesMade(tenants: readonly TenantId[]): Promise<void>
  /** Takes back what `create` added: rows, owners and keys. */
  withdraw(tenants: readonly TenantId[], reason: string, origin: Origin): Promise<void>
  /** @returns undefined, with nothing changed, where the row has another version by now */
  update(update: TenantUpdate, action: TenantAction, before: Tenant, origin: Origin): Promise<Tenant | undefined>
}
