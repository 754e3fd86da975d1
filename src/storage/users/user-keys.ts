/**
 * The API keys of users. Invariant: a key that was issued to a user is of a member of its tenant and can do no more than
 * that member, from the transaction that stores it to the one in which the member goes or loses rights.
 */
import type { Transaction } from 'kysely'
import { type Origin, ROLES, type TenantRole } from '../../access/actor.ts'
import type { ApiKey } from '../../access/keys/key.ts'
import { isAtMost } from '../../access/rights.ts'
import { AppError } from '../../kernel/errors.ts'
import type { TenantId } from '../../kernel/ids.ts'
import type { AuditWriter } from '../audit/audit-writer.ts'
import type { Database } from '../schema.ts'
import { lockUser } from './user-rows.ts'

/**
 * Within the transaction that stores `key`, which keeps the user from changing until it ends.
 * @throws AppError `body-invalid` where it is for a user whom the tenant does not have, or who has a lower role
 */
export async function requireHolder(transaction: Transaction<Database>, key: ApiKey): Promise<void> {
  const { tenant, userId, role } = key
  if (tenant === null || userId === null) return
  const user = await lockUser(transaction, tenant, userId)
  if (!user) throw invalid('/user_id', 'This tenant has no such user.')
  if (isAtMost(role, user.role)) return
  throw invalid('/role', `The user is ${user.role} here; a key of theirs has this role at most.`)
}

const invalid = (pointer: string, detail: string): AppError =>
  new AppError('body-invalid', { detail, errors: [{ pointer, detail }] })

/**
 * Revokes the keys that were issued to a user, within the transaction that changes the user.
 * @param of.above only keys whose role is above this one; null = all
 * @returns the ids of what was revoked
 */
export async function revokeKeysOf(
  transaction: Transaction<Database>,
  of: { tenant: TenantId; userId: string; above: TenantRole | null },
  { atMs, origin, audit }: { atMs: number; origin: Origin; audit: AuditWriter },
): Promise<string[]> {
  const { tenant, userId, above } = of
  const roles = above === null ? ROLES : ROLES.filter((role) => !isAtMost(role, above))
  const revoked = await transaction
    .updateTable('api_key')
    .set({ revoked_at: atMs })
    .where('tenant', '=', tenant)
    .where('user_id', '=', userId)
    .where('role', 'in', roles)
    .where('revoked_at', 'is', null)
    .returning(['id', 'name', 'role'])
    .execute()
  for (const { id, name, role } of revoked) {
    const before = { name, role, userId }
    await audit.append(transaction, { action: 'key.revoked', tenant, target: id, origin, before })
  }
  return revoked.map(({ id }) => id)
}
