/** Why a tenant does not answer or cannot be made: one sentence each, for whoever asked. Pure. */
import { AppError } from '../kernel/errors.ts'
import type { TenantId } from '../kernel/ids.ts'
import { type BranchNames, branchOf, schemaNameOf, statusOf, type Tenant } from './tenant.ts'

/** The same for a deleted tenant as for one that never was. */
export const tenantNotFound = (tenant: TenantId): AppError =>
  new AppError('tenant-not-found', {
    detail: `There is no tenant "${tenant}". \`./setup-tenant.sh ${tenant}\` creates it.`,
  })

export const tenantSuspended = (tenant: TenantId): AppError =>
  new AppError('tenant-suspended', {
    detail: 'This tenant is suspended. Whoever runs this server can resume it.',
    data: { tenant },
  })

export const branchMissing = (names: BranchNames, tenant: TenantId): AppError => {
  const branch = branchOf(names, tenant)
  return new AppError('tenant-branch-missing', {
    detail: `The branch ${branch} of this tenant is gone. Restore it with \`git branch ${branch} <commit>\`.`,
    data: { tenant, branch },
  })
}

export const nameTaken = (tenant: TenantId, holder: TenantId): AppError =>
  new AppError('tenant-name-taken', {
    detail: `"${tenant}" and "${holder}" would share the name ${schemaNameOf(tenant)}; choose another id.`,
  })

/** `error` is what clients of `/admin/tenants` look for. */
export const tenantExists = (tenant: Pick<Tenant, 'id' | 'suspendedAt' | 'deletedAt'>): AppError => {
  const path = `/admin/tenants/${tenant.id}`
  const way = tenant.deletedAt ? `It is deleted; POST ${path}/restore brings it back.` : `PUT ${path} changes it.`
  return new AppError('tenant-exists', {
    detail: `There is a tenant "${tenant.id}" already; nothing was changed. ${way}`,
    data: { error: 'Tenant already exists', tenant_id: tenant.id, tenant_status: statusOf(tenant) },
  })
}

export const tenantDeleted = ({ id }: Pick<Tenant, 'id'>): AppError =>
  new AppError('tenant-status-conflict', {
    detail: `The tenant "${id}" is deleted; POST /admin/tenants/${id}/restore brings it back.`,
  })

export const tenantChanged = ({ id, version }: Pick<Tenant, 'id' | 'version'>): AppError =>
  new AppError('precondition-failed', {
    detail: `The tenant "${id}" has version ${version} by now, not the one of If-Match. Read it again and decide anew.`,
    data: { version },
  })
