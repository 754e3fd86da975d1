/**
 * Rows of API keys. Every change and its audit row are one transaction.
 * Invariant: apart from last uses, a row only ever gets nearer to its end: it is replaced once, revoked once, never revived.
 */
import type { Kysely, Transaction } from 'kysely'
import type { Origin } from '../../access/actor.ts'
import type { ApiKey } from '../../access/keys/key.ts'
import type { KeyOwner, KeyStore } from '../../access/keys/store.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { AuditWriter } from '../audit/audit-writer.ts'
import type { Database } from '../schema.ts'
import { requireHolder } from '../users/user-keys.ts'
import { fromKeyRow, toKeyRow } from './key-row.ts'

/**
 * Adds `keys` within a transaction of the caller's, such as the one that makes a tenant, and writes them down.
 * @throws AppError `body-invalid` where one is for a user who is no member, or has a lower role
 */
export async function insertKeys(
  transaction: Transaction<Database>,
  keys: readonly ApiKey[],
  { origin, audit }: { origin: Origin; audit: AuditWriter },
): Promise<void> {
  for (const key of keys) {
    await requireHolder(transaction, key)
    await transaction.insertInto('api_key').values(toKeyRow(key)).execute()
  }
  const entries = keys.map((key) => ({
    action: key.origin === 'imported' ? 'key.imported' : 'key.created',
    tenant: key.tenant,
    target: key.id,
    origin,
    after: told(key),
  }))
  await audit.append(transaction, ...entries)
}

export function keyStore(db: Kysely<Database>, audit: AuditWriter): KeyStore {
  const inTransaction = <T>(work: (transaction: Transaction<Database>) => Promise<T>): Promise<T> =>
    db.transaction().execute(work)

  return {
    add: (keys, origin) => inTransaction((transaction) => insertKeys(transaction, keys, { origin, audit })),

    find: (owner, id) => findKey(db, owner, id),

    async list(owner, { after, limit }) {
      const rows = await db
        .selectFrom('api_key')
        .selectAll()
        .where('tenant', owner === null ? 'is' : '=', owner)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(fromKeyRow)
    },

    replace: (owner, id, { by, endsAt, atMs }, origin) =>
      inTransaction(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('api_key')
          .set({ replaced_by: by.id, expires_at: endsAt })
          .where('tenant', owner === null ? 'is' : '=', owner)
          .where('id', '=', id)
          .where('replaced_by', 'is', null)
          .where('revoked_at', 'is', null)
          .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', atMs)]))
          .executeTakeFirstOrThrow()
        if (numUpdatedRows === 0n) return false
        await requireHolder(transaction, by)
        await transaction.insertInto('api_key').values(toKeyRow(by)).execute()
        const after = { ...told(by), id: by.id, oldKeyEndsAt: new Date(endsAt).toISOString() }
        await audit.append(transaction, { action: 'key.rotated', tenant: owner, target: id, origin, after })
        return true
      }),

    revoke: (owner, id, atMs, origin) =>
      inTransaction(async (transaction) => {
        const key = await findKey(transaction, owner, id)
        if (!key || key.revokedAt !== null) return key
        await transaction.updateTable('api_key').set({ revoked_at: atMs }).where('id', '=', id).execute()
        await audit.append(transaction, {
          action: 'key.revoked',
          tenant: owner,
          target: id,
          origin,
          before: told(key),
        })
        return { ...key, revokedAt: atMs }
      }),

    recordUses: (uses) =>
      inTransaction(async (transaction) => {
        for (const [id, atMs] of uses) {
          await transaction
            .updateTable('api_key')
            .set({ last_used_at: atMs })
            .where('id', '=', id)
            .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', atMs)]))
            .execute()
        }
      }),
  }
}

async function findKey(db: Kysely<Database>, owner: KeyOwner, id: string): Promise<ApiKey | undefined> {
  const row = await db
    .selectFrom('api_key')
    .selectAll()
    .where('tenant', owner === null ? 'is' : '=', owner)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && fromKeyRow(row)
}

/** What an audit row says of a key: all but its digest. */
const told = ({ name, role, scopes, userId, rateLimit, expiresAt }: ApiKey): JsonObject => ({
  name,
  role,
  scopes: [...scopes],
  userId,
  rateLimit,
  expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
})
