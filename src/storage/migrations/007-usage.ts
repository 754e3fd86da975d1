/** What tenants have asked for, counted, and their last requests. */
import type { Kysely, Migration } from 'kysely'

export const usage: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('usage')
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('day', 'integer', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('count', 'bigint', (column) => column.notNull())
      .addColumn('duration_ms', 'double precision', (column) => column.notNull())
      .addColumn('from_memory', 'bigint', (column) => column.notNull())
      .addColumn('last_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('usage_key', ['tenant', 'day', 'kind', 'name', 'status'])
      .execute()
    await db.schema
      .createTable('recent_requests')
      .addColumn('tenant', 'text', (column) => column.primaryKey())
      .addColumn('requests_json', 'text', (column) => column.notNull())
      .execute()
  },
}
