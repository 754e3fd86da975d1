/** Tenants, and what was run for them. */
import type { Kysely, Migration } from 'kysely'

export const tenantsAndExecutions: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('tenant')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('schema_name', 'text', (column) => column.notNull().unique())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('created_at', 'integer', (column) => column.notNull())
      .execute()
    // The tenant comes first in the key, so that no lookup can leave it out and still use the index.
    await db.schema
      .createTable('execution')
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('revision', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('method', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('started_at', 'integer', (column) => column.notNull())
      .addColumn('duration_ms', 'real', (column) => column.notNull())
      .addColumn('session_id', 'text')
      .addColumn('request_id', 'text', (column) => column.notNull())
      .addColumn('input_json', 'text')
      .addColumn('output_json', 'text')
      .addColumn('error_json', 'text')
      .addColumn('steps_json', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('execution_key', ['tenant', 'id'])
      .execute()
  },
}
