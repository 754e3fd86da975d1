/** Rows of users one at a time, within somebody's transaction. */
import type { Kysely, Selectable, Transaction } from 'kysely'
import { AppError } from '../../kernel/errors.ts'
import type { TenantId } from '../../kernel/ids.ts'
import type { NewUser } from '../../users/store.ts'
import type { Email, User } from '../../users/user.ts'
import type { Database } from '../schema.ts'
import type { MembershipTable } from '../tables/membership.ts'
import { tenantDb } from '../tenants/tenant-scope.ts'

/**
 * Adds a user within a transaction of the caller's, who writes it down.
 * @throws AppError `user-exists` where the tenant has the address
 */
export async function insertUser(transaction: Transaction<Database>, tenant: TenantId, user: NewUser): Promise<User> {
  const db = tenantDb(transaction, tenant)
  const inserted = await db
    .insertInto('membership')
    .values({
      tenant,
      id: user.id,
      email: user.email,
      name: user.name,
      role: user.role,
      joined_at: user.joinedAt.getTime(),
      last_active: null,
    })
    .onConflict((conflict) => conflict.columns(['tenant', 'email']).doNothing())
    .returningAll()
    .executeTakeFirst()
  if (inserted) return toUser(inserted)
  throw new AppError('user-exists', {
    detail: `This tenant has a user ${user.email} already; nothing was changed.`,
    errors: [{ pointer: '/email', detail: 'Give an address that no user of this tenant has.' }],
  })
}

export async function findUser(db: Kysely<Database>, tenant: TenantId, id: string): Promise<User | undefined> {
  const row = await tenantDb(db, tenant).selectFrom('membership').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toUser(row)
}

/** The user, kept from changing until the transaction ends: an update that changes nothing is a lock on any database. */
export async function lockUser(
  transaction: Transaction<Database>,
  tenant: TenantId,
  id: string,
): Promise<User | undefined> {
  const row = await tenantDb(transaction, tenant)
    .updateTable('membership')
    .set((eb) => ({ id: eb.ref('id') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row && toUser(row)
}

export const toUser = (row: Selectable<MembershipTable>): User => ({
  id: row.id,
  tenant: row.tenant as TenantId,
  email: row.email as Email,
  name: row.name,
  role: row.role,
  joinedAt: new Date(Number(row.joined_at)),
  lastActive: row.last_active === null ? null : new Date(Number(row.last_active)),
})
