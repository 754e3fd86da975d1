/** What was answered to writes with an `Idempotency-Key`. */
import type { Kysely, Migration } from 'kysely'

export const idempotency: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('idempotency')
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('key_hash', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('holder', 'text', (column) => column.notNull())
      .addColumn('lease_until', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('answered_at', 'bigint')
      .addColumn('sealed_answer', 'text')
      .addPrimaryKeyConstraint('idempotency_key', ['tenant', 'actor', 'key_hash'])
      .execute()
    await db.schema.createIndex('idempotency_expiry').on('idempotency').column('expires_at').execute()
    await db.schema.createIndex('idempotency_room').on('idempotency').columns(['tenant', 'expires_at']).execute()
  },
}
