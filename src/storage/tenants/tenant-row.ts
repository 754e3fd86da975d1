/** Between a tenant and its row. Pure. Ids and profiles are checked before they are stored, so stored ones are not again. */
import type { Insertable, Selectable } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Oid, TenantId } from '../../kernel/ids.ts'
import { type ProfileBody, profileBody, profileOf, type TenantProfile } from '../../tenants/profile.ts'
import { schemaNameOf, type Tenant } from '../../tenants/tenant.ts'
import type { TenantTable } from '../tables/tenant.ts'

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
  profile: storedProfile(row.profile_json),
  suspendedAt: dateOf(row.suspended_at),
  deletedAt: dateOf(row.deleted_at),
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
  version: row.version,
  branchDue: row.branch_due as Oid | null,
  change: row.change,
})

/** Texts of profiles that are remembered; the tenants of one plan mostly have one between them. */
const MAX_PROFILES = 1_000
const MAX_TEXT_LENGTH = 1_000

const profiles = new LRUCache<string, TenantProfile>({ max: MAX_PROFILES })

/** Tenants share only what is equal: one profile, which nobody can change, for all whose rows say the same letter for letter. */
function storedProfile(text: string): TenantProfile {
  const known = profiles.get(text)
  if (known) return known
  const profile = frozen(profileOf(JSON.parse(text) as ProfileBody))
  if (text.length <= MAX_TEXT_LENGTH) profiles.set(text, profile)
  return profile
}

function frozen<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) frozen(member)
  return Object.freeze(value)
}

const dateOf = (atMs: number | null): Date | null => (atMs === null ? null : new Date(atMs))
