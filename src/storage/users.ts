/**
 * Rows of users. Every change and its audit row are one transaction.
 * Invariant: what has to hold of all of a tenant's users is checked last, after the audit row: writers wait for each other
 * at the end of the audit chain, so that of two changes at once the later sees what the earlier left.
 */
import type { Kysely, Selectable, Transaction } from 'kysely'
import type { AuditEntry } from '../audit/entry.ts'
import type { Clock } from '../kernel/clock.ts'
import { AppError } from '../kernel/errors.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { NewUser, PeopleStore, UserStore } from '../users/store.ts'
import type { Email, User } from '../users/user.ts'
import type { AuditWriter } from './audit-writer.ts'
import type { Database } from './schema.ts'
import type { MembershipTable } from './tables/membership.ts'
import { type TenantDb, tenantDb } from './tenant-scope.ts'
import { revokeKeysOf } from './user-keys.ts'

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

export function userStore(
  db: Kysely<Database>,
  { audit, clock }: { audit: AuditWriter; clock: Pick<Clock, 'now'> },
): UserStore & PeopleStore {
  const inTransaction = <T>(work: (transaction: Transaction<Database>) => Promise<T>): Promise<T> =>
    db.transaction().execute(work)

  return {
    add: (tenant, user, limits, origin) =>
      inTransaction(async (transaction) => {
        const added = await insertUser(transaction, tenant, user)
        await audit.append(transaction, entry('user.added', { user: added, after: shown(added), origin }))
        await requireRoom(tenantDb(transaction, tenant), limits.users)
        return added
      }),

    async find(tenant, id) {
      return findUser(tenantDb(db, tenant), id)
    },

    async findByEmail(tenant, email) {
      const row = await tenantDb(db, tenant)
        .selectFrom('membership')
        .selectAll()
        .where('email', '=', email)
        .executeTakeFirst()
      return row && toUser(row)
    },

    async list(tenant, { after, limit }) {
      const rows = await tenantDb(db, tenant)
        .selectFrom('membership')
        .selectAll()
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(toUser)
    },

    change: (tenant, id, change, check, origin) =>
      inTransaction(async (transaction) => {
        const scoped = tenantDb(transaction, tenant)
        const before = await lockUser(scoped, id)
        if (!before) return undefined
        check(before)
        const after = { ...before, ...change }
        if (before.role === after.role && before.name === after.name) return before
        await scoped
          .updateTable('membership')
          .set({ role: after.role, name: after.name })
          .where('id', '=', id)
          .execute()
        const told = { user: before, before: shown(before), after: shown(after), origin }
        await audit.append(transaction, entry('user.changed', told))
        const above = { tenant, userId: id, above: after.role }
        await revokeKeysOf(transaction, above, { atMs: clock.now(), origin, audit })
        if (before.role === 'owner') await requireOwner(scoped)
        return after
      }),

    remove: (tenant, id, check, origin) =>
      inTransaction(async (transaction) => {
        const scoped = tenantDb(transaction, tenant)
        const before = await lockUser(scoped, id)
        if (!before) return false
        check(before)
        await scoped.deleteFrom('membership').where('id', '=', id).execute()
        await audit.append(transaction, entry('user.removed', { user: before, before: shown(before), origin }))
        const all = { tenant, userId: id, above: null }
        await revokeKeysOf(transaction, all, { atMs: clock.now(), origin, audit })
        if (before.role === 'owner') await requireOwner(scoped)
        return true
      }),

    seen: (sightings) =>
      inTransaction(async (transaction) => {
        for (const { tenant, id, at } of sightings) {
          await tenantDb(transaction, tenant)
            .updateTable('membership')
            .set({ last_active: at })
            .where('id', '=', id)
            .where((eb) => eb.or([eb('last_active', 'is', null), eb('last_active', '<', at)]))
            .execute()
        }
      }),

    async counts() {
      const rows = await db
        .selectFrom('membership')
        .select(({ fn }) => ['tenant', fn.countAll<number | string>().as('users')])
        .groupBy('tenant')
        .execute()
      return rows.map(({ tenant, users }) => ({ tenant: tenant as TenantId, users: Number(users) }))
    },

    async membershipsOf(email) {
      const rows = await db.selectFrom('membership').selectAll().where('email', '=', email).orderBy('tenant').execute()
      return rows.map(toUser)
    },
  }
}

async function findUser(db: TenantDb, id: string): Promise<User | undefined> {
  const row = await db.selectFrom('membership').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toUser(row)
}

/** The user, kept from changing until the transaction ends: an update that changes nothing is a lock on any database. */
async function lockUser(db: TenantDb, id: string): Promise<User | undefined> {
  const row = await db
    .updateTable('membership')
    .set((eb) => ({ id: eb.ref('id') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row && toUser(row)
}

async function requireRoom(db: TenantDb, limit: number | null): Promise<void> {
  if (limit === null) return
  const { count } = await db
    .selectFrom('membership')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow()
  if (Number(count) <= limit) return
  throw new AppError('tenant-limit-reached', {
    detail: `This tenant's plan allows ${limit} user${limit === 1 ? '' : 's'}; remove one, or ask for a larger plan.`,
    data: { limit: { name: 'users', value: limit } },
  })
}

async function requireOwner(db: TenantDb): Promise<void> {
  const owner = await db.selectFrom('membership').select('id').where('role', '=', 'owner').limit(1).executeTakeFirst()
  if (owner) return
  throw new AppError('user-last-owner', {
    detail: 'This is the last owner of the tenant; make somebody else an owner first.',
  })
}

const entry = (
  action: string,
  { user, ...rest }: { user: User } & Pick<AuditEntry, 'origin' | 'before' | 'after'>,
): AuditEntry => ({ action, tenant: user.tenant, target: user.id, ...rest })

const shown = ({ email, name, role }: User): JsonObject => ({ email, name, role })

const toUser = (row: Selectable<MembershipTable>): User => ({
  id: row.id,
  tenant: row.tenant as TenantId,
  email: row.email as Email,
  name: row.name,
  role: row.role,
  joinedAt: new Date(Number(row.joined_at)),
  lastActive: row.last_active === null ? null : new Date(Number(row.last_active)),
})
