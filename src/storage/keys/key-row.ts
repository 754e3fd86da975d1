/** A key as a row, and back. Pure. */
import type { Selectable } from 'kysely'
import type { Role, Scope } from '../../access/actor.ts'
import type { ApiKey } from '../../access/keys/key.ts'
import type { TenantId } from '../../kernel/ids.ts'
import type { ApiKeyTable } from '../tables/api-key.ts'

export const toKeyRow = (key: ApiKey): ApiKeyTable => ({
  id: key.id,
  tenant: key.tenant,
  name: key.name,
  role: key.role,
  scopes: key.scopes.join(' '),
  user_id: key.userId,
  rate_limit: key.rateLimit,
  digest: key.digest,
  origin: key.origin,
  created_at: key.createdAt,
  created_by: key.createdBy,
  expires_at: key.expiresAt,
  replaced_by: key.replacedBy,
  revoked_at: key.revokedAt,
  last_used_at: key.lastUsedAt,
})

/** Ids, roles and scopes are checked before they are stored. */
export const fromKeyRow = (row: Selectable<ApiKeyTable>): ApiKey => ({
  id: row.id,
  tenant: row.tenant as TenantId | null,
  name: row.name,
  role: row.role as Role,
  scopes: row.scopes === '' ? [] : (row.scopes.split(' ') as Scope[]),
  userId: row.user_id,
  rateLimit: row.rate_limit,
  digest: row.digest,
  origin: row.origin,
  createdAt: Number(row.created_at),
  createdBy: row.created_by,
  expiresAt: instantOf(row.expires_at),
  replacedBy: row.replaced_by,
  revokedAt: instantOf(row.revoked_at),
  lastUsedAt: instantOf(row.last_used_at),
})

/** PostgreSQL's driver gives a bigint as text. */
const instantOf = (value: number | string | null): number | null => (value === null ? null : Number(value))
