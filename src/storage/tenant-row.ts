/** Between a tenant and its row. Pure. Ids and profiles are checked before they are stored, so stored ones are not again. */
import type { Insertable, Selectable } from 'kysely'
import type { Oid, TenantId } from '../kernel/ids.ts'
import { type ProfileBody, profileBody, profileOf, type TenantProfile } from '../tenants/profile.ts'
import { schemaNameOf, type Tenant } from '../tenants/tenant.ts'
import type { TenantTable } from './tables/tenant.ts'

/** @param profile the defaults where it is absent */
export const newRow = ({
  id,
  origin,
  profile,
  branchDue = null,
  at,
  change,
}: Pick<Tenant, 'id' | 'origin' | 'change'> & {
  profile?: TenantProfile
  branchDue?: Oid | null
  at: Date
}): Insertable<TenantTable> => ({
  id,
  schema_name: schemaNameOf(id),
  origin,
  profile_json: profile ? JSON.stringify(profileBody(profile)) : '{}',
  suspended_at: null,
  deleted_at: null,
  created_at: at.getTime(),
  updated_at: at.getTime(),
  version: 1,
  branch_due: branchDue,
  change,
})

export const toTenant = (row: Selectable<TenantTable>): Tenant => ({
  id: row.id as TenantId,
  origin: row.origin,
  profile: profileOf(JSON.parse(row.profile_json) as ProfileBody),
  suspendedAt: dateOf(row.suspended_at),
  deletedAt: dateOf(row.deleted_at),
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
  version: row.version,
  branchDue: row.branch_due as Oid | null,
  change: row.change,
})

const dateOf = (atMs: number | null): Date | null => (atMs === null ? null : new Date(atMs))
