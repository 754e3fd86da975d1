/**
 * Changes of a tenant that exists: its settings, and whether it answers.
 * Invariants: a change is decided on the row as it is and written only over that very version, so none is lost; what is
 * asked for and holds already is no change.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Origin } from '../../access/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import type { TenantId } from '../../kernel/ids.ts'
import type { TenantProfile } from '../profile.ts'
import { tenantChanged, tenantDeleted, tenantNotFound } from '../refusals.ts'
import type { TenantRegistry } from '../registry.ts'
import type { TenantAction, TenantStore } from '../store.ts'
import type { Tenant } from '../tenant.ts'

export type ChangeTerms = {
  /** Whether the caller has seen this version; null = whichever it is. */
  accepts: ((version: number) => boolean) | null
  origin: Origin
}

/**
 * All of them give the tenant as it stands afterwards.
 * @throws AppError `tenant-not-found`, `precondition-failed`; all but `remove` and `restore` `tenant-status-conflict`
 */
export type TenantChanges = {
  /** @param decide the new profile from the one that stands; called again where another change came first */
  profile(id: TenantId, decide: (profile: TenantProfile) => TenantProfile, terms: ChangeTerms): Promise<Tenant>
  suspend(id: TenantId, terms: ChangeTerms): Promise<Tenant>
  resume(id: TenantId, terms: ChangeTerms): Promise<Tenant>
  /** Softly: nothing is destroyed. */
  remove(id: TenantId, terms: ChangeTerms): Promise<Tenant>
  /** A tenant that was suspended before it was deleted is suspended again. */
  restore(id: TenantId, terms: ChangeTerms): Promise<Tenant>
}

type Changeable = Pick<Tenant, 'profile' | 'suspendedAt' | 'deletedAt'>

/** How often another change may come first before the caller is told to come again. */
const MAX_ATTEMPTS = 5

export function createTenantChanges({
  store,
  registry,
  clock,
}: {
  store: TenantStore
  registry: TenantRegistry
  clock: { now(): number }
}): TenantChanges {
  async function change(
    id: TenantId,
    action: TenantAction,
    { accepts, origin }: ChangeTerms,
    decide: (tenant: Tenant, at: Date) => Partial<Changeable>,
  ): Promise<Tenant> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const before = await registry.find(id)
      if (!before) throw tenantNotFound(id)
      if (accepts && !accepts(before.version)) throw tenantChanged(before)
      const updatedAt = new Date(clock.now())
      const changed = decide(before, updatedAt)
      if (holdsAlready(before, changed)) return before
      const after = await store.update({ ...before, ...changed, updatedAt }, action, before, origin)
      if (after) {
        registry.put(after)
        return after
      }
    }
    throw new AppError('precondition-failed', {
      detail: `Others keep on changing the tenant "${id}" at this moment; nothing was changed. Send the request again.`,
    })
  }

  const notDeleted = (tenant: Tenant): Tenant => {
    if (tenant.deletedAt) throw tenantDeleted(tenant)
    return tenant
  }

  return {
    profile: (id, decide, terms) =>
      change(id, 'tenant.updated', terms, (tenant) => ({ profile: decide(notDeleted(tenant).profile) })),
    suspend: (id, terms) =>
      change(id, 'tenant.suspended', terms, (tenant, at) => ({ suspendedAt: notDeleted(tenant).suspendedAt ?? at })),
    resume: (id, terms) =>
      change(id, 'tenant.resumed', terms, (tenant) => ({ suspendedAt: notDeleted(tenant) && null })),
    remove: (id, terms) => change(id, 'tenant.deleted', terms, ({ deletedAt }, at) => ({ deletedAt: deletedAt ?? at })),
    restore: (id, terms) => change(id, 'tenant.restored', terms, () => ({ deletedAt: null })),
  }
}

const holdsAlready = (before: Tenant, changed: Partial<Changeable>): boolean =>
  Object.entries(changed).every(([name, value]) => isDeepStrictEqual(value, before[name as keyof Changeable]))
