/**
 * Sealed secrets and wrapped data keys.
 * Invariant: every change begins by taking `key_ring`, so that the master key it reads there stays the one in force
 * until the change is written. On SQLite that takes the lock of the database, on PostgreSQL of the row.
 */
import type { Kysely, Selectable, Transaction } from 'kysely'
import type { AuditEntry } from '../../audit/entry.ts'
import { AppError } from '../../kernel/errors.ts'
import type { TenantId } from '../../kernel/ids.ts'
import type { WrappedKey } from '../../secrets/key-ring.ts'
import { MAX_SECRETS, type SealedSecret } from '../../secrets/secret.ts'
import type { SecretStore } from '../../secrets/store.ts'
import type { AuditWriter } from '../audit/audit-writer.ts'
import type { Database } from '../schema.ts'
import type { DataKeyTable, SecretTable } from '../tables/secrets.ts'

type Db = Kysely<Database> | Transaction<Database>

export function secretStore(db: Kysely<Database>, audit: AuditWriter): SecretStore {
  /** Runs `change` with the ring held, and writes down what it says it did. */
  const changing = <T>(
    change: (tx: Transaction<Database>, masterId: string) => Promise<{ result: T; entry?: AuditEntry }>,
  ) =>
    db.transaction().execute(async (tx) => {
      const masterId = await holdRing(tx)
      const { result, entry } = await change(tx, masterId)
      if (entry) await audit.append(tx, entry)
      return result
    })

  return {
    write: (tenant, name, { origin, atMs, seal }) =>
      changing(async (tx, masterId) => {
        const before = await versionOf(tx, tenant, name)
        if (before === undefined) await requireRoom(tx, tenant)
        const version = (before ?? 0) + 1
        const standing = await dataKeyOf(tx, tenant)
        const { secret, dataKey } = seal({ masterId, dataKey: standing, version })
        if (!standing)
          await tx
            .insertInto('data_key')
            .values(keyRow(tenant, dataKey, atMs))
            .execute()
        const { created_at, ...changed } = secretRow(tenant, secret, atMs)
        await tx
          .insertInto('secret')
          .values({ ...changed, created_at })
          .onConflict((conflict) => conflict.columns(['tenant', 'name']).doUpdateSet(changed))
          .execute()
        const entry = {
          action: 'secret.written',
          tenant,
          target: name,
          origin,
          ...(before === undefined ? {} : { before: { version: before } }),
          after: { version },
        }
        return { result: { version }, entry }
      }),

    async list(tenant) {
      const rows = await db
        .selectFrom('secret')
        .select(['name', 'version', 'created_at', 'updated_at'])
        .where('tenant', '=', tenant)
        .orderBy('name')
        .execute()
      return rows.map(({ name, version, created_at, updated_at }) => ({
        name,
        version,
        createdAt: created_at,
        updatedAt: updated_at,
      }))
    },

    // In one transaction: between two statements a new data key could come into force.
    read: (tenant, names) =>
      db.transaction().execute(async (tx) => ({
        dataKey: await dataKeyOf(tx, tenant),
        secrets: (
          await tx
            .selectFrom('secret')
            .selectAll()
            .where('tenant', '=', tenant)
            .where('name', 'in', [...names])
            .execute()
        ).map(toSecret),
      })),

    remove: (tenant, name, { origin }) =>
      changing(async (tx) => {
        const version = await versionOf(tx, tenant, name)
        if (version === undefined) return { result: false }
        await tx.deleteFrom('secret').where('tenant', '=', tenant).where('name', '=', name).execute()
        return { result: true, entry: { action: 'secret.deleted', tenant, target: name, origin, before: { version } } }
      }),

    rekey: (tenant, { origin, atMs, reseal }) =>
      changing(async (tx, masterId) => {
        const standing = await dataKeyOf(tx, tenant)
        if (!standing) return { result: undefined }
        const rows = await tx.selectFrom('secret').selectAll().where('tenant', '=', tenant).execute()
        const { dataKey, secrets } = reseal({ masterId, dataKey: standing, secrets: rows.map(toSecret) })
        await tx
          .updateTable('data_key')
          .set(keyRow(tenant, dataKey, atMs))
          .where('tenant', '=', tenant)
          .execute()
        for (const { name, keyVersion, sealed } of secrets) {
          await tx
            .updateTable('secret')
            .set({ key_version: keyVersion, sealed })
            .where('tenant', '=', tenant)
            .where('name', '=', name)
            .execute()
        }
        const entry = {
          action: 'data-key.rotated',
          tenant,
          origin,
          before: { version: standing.version },
          after: { version: dataKey.version, secrets: secrets.length },
        }
        return { result: secrets.length, entry }
      }),

    async masterId(first) {
      await db.updateTable('key_ring').set({ master_id: first }).where('master_id', 'is', null).execute()
      const { master_id } = await db.selectFrom('key_ring').select('master_id').executeTakeFirstOrThrow()
      return master_id ?? first
    },

    rewrapAll: ({ origin, masterId, rewrap }) =>
      changing(async (tx, before) => {
        const rows = await tx.selectFrom('data_key').selectAll().orderBy('tenant').execute()
        for (const row of rows) {
          const tenant = row.tenant as TenantId
          const { masterId: master_id, wrapped } = rewrap(tenant, toKey(row))
          await tx.updateTable('data_key').set({ master_id, wrapped }).where('tenant', '=', tenant).execute()
        }
        await tx.updateTable('key_ring').set({ master_id: masterId }).execute()
        const entry = {
          action: 'master-key.rotated',
          tenant: null,
          target: masterId,
          origin,
          before: { masterKey: before },
          after: { masterKey: masterId, dataKeys: rows.length },
        }
        return { result: rows.length, entry }
      }),
  }
}

/** A change that changes nothing takes the lock, which reading does not. */
async function holdRing(tx: Transaction<Database>): Promise<string> {
  const { master_id } = await tx
    .updateTable('key_ring')
    .set((eb) => ({ master_id: eb.ref('master_id') }))
    .returning('master_id')
    .executeTakeFirstOrThrow()
  return master_id ?? ''
}

async function requireRoom(db: Db, tenant: TenantId): Promise<void> {
  const { count } = await db
    .selectFrom('secret')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .executeTakeFirstOrThrow()
  if (count < MAX_SECRETS) return
  throw new AppError('secret-limit-reached', { detail: `This tenant has ${MAX_SECRETS} secrets; delete one first.` })
}

const versionOf = async (db: Db, tenant: TenantId, name: string): Promise<number | undefined> =>
  (
    await db
      .selectFrom('secret')
      .select('version')
      .where('tenant', '=', tenant)
      .where('name', '=', name)
      .executeTakeFirst()
  )?.version

async function dataKeyOf(db: Db, tenant: TenantId): Promise<WrappedKey | undefined> {
  const row = await db.selectFrom('data_key').selectAll().where('tenant', '=', tenant).executeTakeFirst()
  return row && toKey(row)
}

const keyRow = (tenant: TenantId, { version, masterId, wrapped }: WrappedKey, atMs: number): DataKeyTable => ({
  tenant,
  version,
  master_id: masterId,
  wrapped,
  created_at: atMs,
})

const secretRow = (
  tenant: TenantId,
  { name, version, keyVersion, sealed }: SealedSecret,
  atMs: number,
): SecretTable => ({
  tenant,
  name,
  version,
  key_version: keyVersion,
  sealed,
  created_at: atMs,
  updated_at: atMs,
})

const toKey = ({ version, master_id, wrapped }: Selectable<DataKeyTable>): WrappedKey => ({
  version,
  masterId: master_id,
  wrapped,
})

const toSecret = ({ name, version, key_version, sealed }: Selectable<SecretTable>): SealedSecret => ({
  name,
  version,
  keyVersion: key_version,
  sealed,
})
