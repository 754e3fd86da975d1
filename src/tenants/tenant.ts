/**
 * A tenant: a branch of the repository, and the names it has outside of Git. Pure.
 * Invariant: every other name is derived from the id by the functions here, so two tenants never share one.
 */
import type { RefName, TenantId } from '../kernel/ids.ts'

export type Tenant = {
  id: TenantId
  /** Created by a call, or found as a branch that somebody made by hand. */
  origin: 'created' | 'adopted'
  createdAt: Date
}

/** Full ref names of the trunk and of the tenants' branches. */
export type BranchNames = {
  trunk: string
  /** Ends in a slash, such as `customer/`. */
  prefix: string
}

export const branchOf = ({ prefix }: BranchNames, tenant: TenantId): string => `${prefix}${tenant}`

export const headRef = (branch: string): RefName => `refs/heads/${branch}` as RefName

/** The tenant's name outside of Git: rows, cache keys, metrics. */
export const namespaceOf = (tenant: TenantId): string => tenant

/** The queue that its workflows run on. */
export const taskQueueOf = (tenant: TenantId): string => `volcano-${tenant}`

/** Its SQL schema: `-` is no character of a plain identifier, so `a-b` and `a_b` cannot both exist. */
export const schemaNameOf = (tenant: TenantId): string => `tenant_${tenant.replaceAll('-', '_')}`
