/** What happens to a user's API keys when the user goes or loses rights: no key outlives what it was issued for. */
import type { Transaction } from 'kysely'
import { type Origin, ROLES, type TenantRole } from '../access/actor.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { AuditWriter } from './audit-writer.ts'
import type { Database } from './schema.ts'

/**
 * Revokes the keys that were issued to a user, within the transaction that changes the user.
 * @param of.above only keys whose role is above this one; null = all
 */
export async function revokeKeysOf(
  transaction: Transaction<Database>,
  of: { tenant: TenantId; userId: string; above: TenantRole | null },
  { atMs, origin, audit }: { atMs: number; origin: Origin; audit: AuditWriter },
): Promise<void> {
  const { tenant, userId, above } = of
  const roles = above === null ? ROLES : ROLES.slice(0, ROLES.indexOf(above))
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
}
