/**
 * A tenant: a branch of the repository, what an operator has set for it, and the names it has outside of Git. Pure.
 * Invariant: every other name is derived from the id by the functions here, so two tenants never share one.
 */
import type { Oid, RefName, TenantId } from '../kernel/ids.ts'
import type { TenantProfile } from './profile.ts'

export type Tenant = {
  id: TenantId
  /** Created by a call, or found as a branch that somebody made by hand. */
  origin: 'created' | 'adopted'
  profile: TenantProfile
  suspendedAt: Date | null
  /** Nothing of it is destroyed, and nothing of it answers. */
  deletedAt: Date | null
  createdAt: Date
  updatedAt: Date
  /** Counts from 1, one more with each change. */
  version: number
  /** The commit that its branch is still to be made at: until then it is no tenant that anybody sees. null = made. */
  branchDue: Oid | null
  /** Orders the changes of all tenants, so that another process can ask for what it has not seen. */
  change: number
}

export const TENANT_STATUSES = ['active', 'suspended', 'deleted'] as const
export type TenantStatus = (typeof TENANT_STATUSES)[number]

/** A deleted tenant is deleted, suspended or not. */
export function statusOf({ suspendedAt, deletedAt }: Pick<Tenant, 'suspendedAt' | 'deletedAt'>): TenantStatus {
  if (deletedAt) return 'deleted'
  return suspendedAt ? 'suspended' : 'active'
}

/** Full ref names of the trunk and of the tenants' branches. */
export type BranchNames = {
  trunk: string
  /** Ends in a slash, such as `customer/`. */
  prefix: string
}

/** The short name of a tenant's branch, such as `customer/acme-corp`. */
export const branchOf = ({ prefix }: BranchNames, tenant: TenantId): string => `${prefix}${tenant}`

/** The full ref name of a branch. */
export const headRef = (branch: string): RefName => `refs/heads/${branch}` as RefName

/** The tenant's name outside of Git: rows, cache keys, metrics. */
export const namespaceOf = (tenant: TenantId): string => tenant

/** The queue that its workflows run on. */
export const taskQueueOf = (tenant: TenantId): string => `volcano-${tenant}`

/** Its SQL schema: `-` is no character of a plain identifier, so `a-b` and `a_b` cannot both exist. */
export const schemaNameOf = (tenant: TenantId): string => `tenant_${tenant.replaceAll('-', '_')}`
