/**
 * Which tenants there are, in memory: what every request asks costs no look at the database.
 * Invariants: what this process changed is known at once, what another one changed at most `FOLLOW_MS` later, or by the
 * next `refresh`; a tenant whose branch is still due is none; a branch is never created from here.
 */
import type { Origin } from '../access/actor.ts'
import type { RefReader } from '../git/refs/refs.ts'
import type { Clock } from '../kernel/clock.ts'
import { AppError } from '../kernel/errors.ts'
import type { Oid, RefName, TenantId } from '../kernel/ids.ts'
import { inBatches } from '../kernel/in-batches.ts'
import type { PlanCatalogue } from '../plans/catalogue.ts'
import type { Plan } from '../plans/plan.ts'
import type { TenantProfile } from './profile.ts'
import { branchMissing, nameTaken, tenantNotFound, tenantSuspended } from './refusals.ts'
import { effectiveSettings, type TenantSettings } from './settings.ts'
import type { AdoptionOutcome, TenantStore } from './store.ts'
import { type BranchNames, branchOf, headRef, statusOf, type Tenant } from './tenant.ts'

/** Of each tenant one object with one id and one name: maps that are asked with these find them without comparing texts. */
export type KnownTenant = { readonly id: TenantId; readonly ref: RefName }

export type TenantRegistry = {
  /** The full name of the tenant's branch. */
  refOf(tenant: TenantId): RefName
  /** The commit that the branch holds. @throws AppError `tenant-branch-missing`, `repository-failed` */
  headOf(tenant: TenantId): Oid
  /** Whether it is known to have a row. Synchronous, as are the next three. */
  isKnown(tenant: TenantId): boolean
  /** Whether it has a row of whatever kind: also one whose branch is due, and one that is deleted. */
  hasRow(tenant: TenantId): boolean
  /**
   * Lets active tenants and unknown ones pass.
   * @returns undefined where it is not known to have a row
   * @throws AppError `tenant-suspended`; `tenant-not-found` where deleted
   */
  admit(tenant: TenantId): KnownTenant | undefined
  /** What holds for a tenant that has a row. @throws AppError `tenant-not-found` where it has none */
  settingsOf(tenant: TenantId): TenantSettings
  /** The plans that tenants have, deleted ones among them. */
  planNames(): ReadonlySet<string>
  /** Gives a branch that exists its row; the trail names the product as the actor. @throws AppError as `admit`, and `tenant-name-taken` */
  adopt(tenant: TenantId, origin: Origin): Promise<Tenant>
  /** A tenant without a row, if it has a branch. @throws AppError `tenant-not-found`, `tenant-name-taken` */
  adoptBranch(tenant: TenantId, origin: Origin): Promise<Tenant>
  /** @throws AppError `tenant-not-found`; `tenant-branch-missing` where there is a row but no branch */
  refuseAbsent(tenant: TenantId): Promise<never>
  /** As it is now, also one that is suspended or deleted. */
  find(tenant: TenantId): Promise<Tenant | undefined>
  /** The same for many, by one look at the database; in the order of `tenants`. */
  findMany(tenants: readonly TenantId[]): Promise<readonly (Tenant | undefined)[]>
  /** All as they are now, by id. */
  all(): Promise<readonly Tenant[]>
  /** Whose branch is still due, as it is now. */
  pending(): Promise<readonly Tenant[]>
  /** Takes in what was written. */
  put(tenant: Tenant): void
  /** Takes in what other processes have written. */
  refresh(): Promise<void>
  close(): void
}

type Row = { tenant: Tenant; readonly known: KnownTenant }

/** How long a change that another process made may stay unseen. */
const FOLLOW_MS = 500
/** Half a millisecond of the database. */
const ADOPTIONS_AT_ONCE = 8

/** @param onError told of a look at the database that failed; the next one comes in `FOLLOW_MS` */
export async function createTenantRegistry({
  store,
  refs,
  names,
  plans,
  clock,
  onError,
}: {
  store: TenantStore
  refs: RefReader
  names: BranchNames
  /** Called, as the plans want to know which of them tenants have. */
  plans: () => PlanCatalogue
  clock: Clock
  onError: (error: unknown) => void
}): Promise<TenantRegistry> {
  const rows = new Map<TenantId, Row>()
  /** Of what is equal for many tenants: their profile, their plan, and whether they answer. */
  const settings = new WeakMap<TenantProfile, { plan: Plan; settings: TenantSettings }>()
  let seen = 0
  let sorted: readonly Tenant[] | undefined

  const refOf = (tenant: TenantId): RefName => headRef(branchOf(names, tenant))
  const isThere = (tenant: Tenant | undefined): tenant is Tenant => tenant?.branchDue === null
  const all = (): Tenant[] => Array.from(rows.values(), ({ tenant }) => tenant)

  function put(tenant: Tenant): void {
    const row = rows.get(tenant.id)
    if (!row) rows.set(tenant.id, { tenant, known: { id: tenant.id, ref: refOf(tenant.id) } })
    else if (row.tenant.change <= tenant.change) row.tenant = tenant
    else return
    sorted = undefined
  }

  async function refresh(): Promise<void> {
    for (const tenant of await store.changedAfter(seen)) {
      put(tenant)
      seen = Math.max(seen, tenant.change)
    }
  }

  async function findMany(tenants: readonly TenantId[]): Promise<readonly (Tenant | undefined)[]> {
    await refresh()
    return tenants.map((tenant) => {
      const row = rows.get(tenant)?.tenant
      return isThere(row) ? row : undefined
    })
  }

  function admit(id: TenantId): KnownTenant | undefined {
    const row = rows.get(id)
    if (!row) return undefined
    const { tenant, known } = row
    if (tenant.deletedAt) throw tenantNotFound(id)
    if (tenant.suspendedAt) throw tenantSuspended(id)
    return isThere(tenant) ? known : undefined
  }

  // Of many tenants at once: a thousand branches that are asked for the first time are some 130 transactions.
  const adopted = inBatches(store.adopt, ADOPTIONS_AT_ONCE)
  const adopting = new Map<TenantId, Promise<AdoptionOutcome>>()

  function adoption(tenant: TenantId, origin: Origin): Promise<AdoptionOutcome> {
    const asProduct: Origin = { ...origin, actor: { kind: 'system' } }
    const made = adopted({ id: tenant, at: new Date(clock.now()), origin: asProduct }).finally(() => {
      adopting.delete(tenant)
    })
    adopting.set(tenant, made)
    return made
  }

  async function adopt(tenant: TenantId, origin: Origin): Promise<Tenant> {
    const outcome = await (adopting.get(tenant) ?? adoption(tenant, origin))
    if (outcome.kind === 'name-taken') throw nameTaken(tenant, outcome.holder)
    put(outcome.tenant)
    admit(tenant)
    return outcome.tenant
  }

  await refresh()
  const following = setInterval(() => refresh().catch(onError), FOLLOW_MS).unref()

  return {
    refOf,
    headOf(tenant) {
      const state = refs.read(refOf(tenant))
      if (state.kind === 'oid') return state.oid
      if (state.kind === 'missing') throw branchMissing(names, tenant)
      throw new AppError('repository-failed', { detail: state.detail, data: { tenant } })
    },
    isKnown: (tenant) => isThere(rows.get(tenant)?.tenant),
    hasRow: (tenant) => rows.has(tenant),
    admit,
    settingsOf(tenant) {
      const row = rows.get(tenant)?.tenant
      if (!row) throw tenantNotFound(tenant)
      const plan = plans().of(row.profile.plan)
      const known = settings.get(row.profile)
      if (known?.plan === plan && known.settings.status === statusOf(row)) return known.settings
      const made = effectiveSettings(row, plan)
      settings.set(row.profile, { plan, settings: made })
      return made
    },
    planNames: () => new Set(all().map(({ profile }) => profile.plan)),
    adopt,
    async adoptBranch(tenant, origin) {
      if (refs.read(refOf(tenant)).kind === 'missing') throw tenantNotFound(tenant)
      return adopt(tenant, origin)
    },
    async refuseAbsent(tenant) {
      await refresh()
      admit(tenant)
      throw isThere(rows.get(tenant)?.tenant) ? branchMissing(names, tenant) : tenantNotFound(tenant)
    },
    find: async (tenant) => (await findMany([tenant]))[0],
    findMany,
    async all() {
      await refresh()
      sorted ??= all()
        .filter(isThere)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
      return sorted
    },
    async pending() {
      await refresh()
      return all().filter((tenant) => !isThere(tenant))
    },
    put,
    refresh,
    close: () => clearInterval(following),
  }
}
