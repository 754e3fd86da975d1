/** The last good commit of each tenant. */
import type { Kysely, Migration } from 'kysely'

export const standings: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('standing')
      .addColumn('tenant', 'text', (column) => column.primaryKey().notNull())
      .addColumn('good', 'text')
      .addColumn('refused', 'text')
      .addColumn('since', 'bigint', (column) => column.notNull())
      .execute()
    // Few tenants have a refused head; the gauge counts those.
    await db.schema.createIndex('standing_refused').on('standing').column('refused').execute()
  },
}
