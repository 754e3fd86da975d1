/**
 * Rows of users. Every change and its audit row are one transaction.
 * Invariant: what has to hold of all of a tenant's users is checked last, after the audit row: writers wait for each other
 * at the end of the audit chain, so that of two changes at once the later sees what the earlier left.
 */
import type { Kysely, Transaction } from 'kysely'
import type { AuditEntry } from '../../audit/entry.ts'
import type { Clock } from '../../kernel/clock.ts'
import { AppError } from '../../kernel/errors.ts'
import type { TenantId } from '../../kernel/ids.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { PeopleStore, UserStore } from '../../users/store.ts'
import type { User } from '../../users/user.ts'
import type { AuditWriter } from '../audit/audit-writer.ts'
import type { Database } from '../schema.ts'
import { type TenantDb, tenantDb } from '../tenants/tenant-scope.ts'
import { revokeKeysOf } from './user-keys.ts'
import { findUser, insertUser, lockUser, toUser } from './user-rows.ts'

/** @param onRevoked told of each key that ended with its user's rights, once that is committed */
export function userStore(
  db: Kysely<Database>,
  { audit, clock, onRevoked }: { audit: AuditWriter; clock: Pick<Clock, 'now'>; onRevoked: (keyId: string) => void },
): UserStore & PeopleStore {
  const inTransaction = <T>(work: (transaction: Transaction<Database>) => Promise<T>): Promise<T> =>
    db.transaction().execute(work)

  /** Does `work`, which says what keys it revoked beside what it gives. */
  async function revoking<T>(
    work: (transaction: Transaction<Database>) => Promise<{ result: T; revoked: readonly string[] }>,
  ): Promise<T> {
    const { result, revoked } = await inTransaction(work)
    for (const id of revoked) onRevoked(id)
    return result
  }

  return {
    add: (tenant, user, limits, origin) =>
      inTransaction(async (transaction) => {
        const added = await insertUser(transaction, tenant, user)
        await audit.append(transaction, entry('user.added', { user: added, after: shown(added), origin }))
        await requireRoom(tenantDb(transaction, tenant), limits.users)
        return added
      }),

    async find(tenant, id) {
      return findUser(db, tenant, id)
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
      revoking(async (transaction) => {
        const before = await lockUser(transaction, tenant, id)
        if (!before) return { result: undefined, revoked: [] }
        check(before)
        const after = { ...before, ...change }
        if (before.role === after.role && before.name === after.name) return { result: before, revoked: [] }
        const scoped = tenantDb(transaction, tenant)
        await scoped
          .updateTable('membership')
          .set({ role: after.role, name: after.name })
          .where('id', '=', id)
          .execute()
        const told = { user: before, before: shown(before), after: shown(after), origin }
        await audit.append(transaction, entry('user.changed', told))
        const above = { tenant, userId: id, above: after.role }
        const revoked = await revokeKeysOf(transaction, above, { atMs: clock.now(), origin, audit })
        if (before.role === 'owner') await requireOwner(scoped)
        return { result: after, revoked }
      }),

    remove: (tenant, id, check, origin) =>
      revoking(async (transaction) => {
        const before = await lockUser(transaction, tenant, id)
        if (!before) return { result: false, revoked: [] }
        check(before)
        const scoped = tenantDb(transaction, tenant)
        await scoped.deleteFrom('membership').where('id', '=', id).execute()
        await audit.append(transaction, entry('user.removed', { user: before, before: shown(before), origin }))
        const all = { tenant, userId: id, above: null }
        const revoked = await revokeKeysOf(transaction, all, { atMs: clock.now(), origin, audit })
        if (before.role === 'owner') await requireOwner(scoped)
        return { result: true, revoked }
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
