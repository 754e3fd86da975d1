/**
 * Which tenants there are. A tenant is a row; a branch that somebody made by hand becomes one on its first request.
 * Invariant: a branch is never created, nor recreated, but by `create`. Rows are cached for good: nothing removes one.
 */
import type { BranchWriter } from '../git/branches.ts'
import type { RefReader } from '../git/refs.ts'
import type { Clock } from '../kernel/clock.ts'
import { AppError } from '../kernel/errors.ts'
import type { RefName, TenantId } from '../kernel/ids.ts'
import type { TenantStore } from './store.ts'
import { type BranchNames, branchOf, headRef, type Tenant } from './tenant.ts'

export type TenantRegistry = {
  /** The full name of the tenant's branch. */
  refOf(tenant: TenantId): RefName
  /** Whether it is known to have a row, without a look at the database. */
  isKnown(tenant: TenantId): boolean
  /** Gives a branch that exists its row. @throws AppError `tenant-name-taken` */
  adopt(tenant: TenantId): Promise<Tenant>
  /** A tenant without a row, if it has a branch. @throws AppError `tenant-not-found`, `tenant-name-taken` */
  adoptBranch(tenant: TenantId): Promise<Tenant>
  /** @throws AppError `tenant-not-found`; `tenant-branch-missing` where there is a row but no branch */
  refuseAbsent(tenant: TenantId): Promise<never>
  /** Makes branch and row, or finds what is there. @throws AppError `tenant-name-taken`, `repository-failed` */
  create(tenant: TenantId): Promise<{ tenant: Tenant; created: boolean }>
  find(tenant: TenantId): Promise<Tenant | undefined>
  list(page: { after: string; limit: number }): Promise<Tenant[]>
}

export function createTenantRegistry({
  store,
  refs,
  branches,
  names,
  clock,
}: {
  store: TenantStore
  refs: RefReader
  branches: BranchWriter
  names: BranchNames
  clock: Clock
}): TenantRegistry {
  const known = new Set<TenantId>()
  const refOf = (tenant: TenantId): RefName => headRef(branchOf(names, tenant))

  async function add(tenant: TenantId, origin: Tenant['origin']): Promise<Tenant> {
    const row = await store.add({ id: tenant, origin, createdAt: new Date(clock.now()) })
    known.add(tenant)
    return row
  }

  /** A kill between branch and row leaves a branch, which the next request adopts: never a row without a branch. */
  async function create(tenant: TenantId) {
    const existing = await store.find(tenant)
    const hasBranch = refs.read(refOf(tenant)).kind !== 'missing'
    if (hasBranch) return { tenant: existing ?? (await add(tenant, 'adopted')), created: false }
    if (existing) throw branchMissing(tenant)
    await store.requireFree(tenant)
    const branch = branchOf(names, tenant)
    const message = `espalier: tenant ${tenant} created`
    await branches.createFrom({ branch, start: headRef(names.trunk), message })
    return { tenant: await add(tenant, 'created'), created: true }
  }

  const branchMissing = (tenant: TenantId): AppError => {
    const branch = branchOf(names, tenant)
    return new AppError('tenant-branch-missing', {
      detail: `The branch ${branch} of this tenant is gone. Restore it with \`git branch ${branch} <commit>\`.`,
      data: { tenant, branch },
    })
  }

  const notFound = (tenant: TenantId): AppError =>
    new AppError('tenant-not-found', {
      detail: `There is no tenant "${tenant}". \`./setup-tenant.sh ${tenant}\` creates it.`,
    })

  return {
    refOf,
    isKnown: (tenant) => known.has(tenant),
    adopt: (tenant) => add(tenant, 'adopted'),
    async adoptBranch(tenant) {
      if (refs.read(refOf(tenant)).kind === 'missing') throw notFound(tenant)
      return add(tenant, 'adopted')
    },
    async refuseAbsent(tenant) {
      if (await store.find(tenant)) throw branchMissing(tenant)
      throw notFound(tenant)
    },
    create,
    find: (tenant) => store.find(tenant),
    list: (page) => store.list(page),
  }
}
