/** Counts of use as they come, until they are added up: a row of a second is of many tenants. */
import type { Kysely, Migration } from 'kysely'

export const usageGroups: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('usage_group')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('part', 'integer', (column) => column.notNull())
      .addColumn('counts_json', 'text', (column) => column.notNull())
      .execute()
    await db.schema.createIndex('usage_group_of_part').on('usage_group').column('part').execute()
  },
}
