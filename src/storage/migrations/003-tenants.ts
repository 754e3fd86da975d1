/** What operators set for tenants, their status, and the order of their changes. */
import { type Kysely, type Migration, sql } from 'kysely'

export const tenants: Migration = {
  async up(db: Kysely<unknown>) {
    const added = [
      ['profile_json', 'text', sql`'{}'`],
      ['updated_at', 'bigint', sql`0`],
      ['version', 'integer', sql`1`],
      ['change', 'bigint', sql`1`],
    ] as const
    for (const [name, type, value] of added) {
      await db.schema
        .alterTable('tenant')
        .addColumn(name, type, (column) => column.notNull().defaultTo(value))
        .execute()
    }
    for (const [name, type] of [
      ['suspended_at', 'bigint'],
      ['deleted_at', 'bigint'],
      ['branch_due', 'text'],
    ] as const) {
      await db.schema.alterTable('tenant').addColumn(name, type).execute()
    }
    await sql`update tenant set updated_at = created_at`.execute(db)
    await db.schema.createIndex('tenant_by_change').on('tenant').column('change').execute()
    await db.schema
      .createTable('tenant_change')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('number', 'bigint', (column) => column.notNull())
      .execute()
    await sql`insert into tenant_change (id, number) values (1, 1)`.execute(db)
  },
}
