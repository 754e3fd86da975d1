/** Users. */
import type { Kysely, Migration } from 'kysely'

export const users: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('membership')
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('email', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('joined_at', 'bigint', (column) => column.notNull())
      .addColumn('last_active', 'bigint')
      .addPrimaryKeyConstraint('membership_key', ['tenant', 'id'])
      .addUniqueConstraint('membership_email', ['tenant', 'email'])
      .execute()
    // For operators, who look a person up across tenants.
    await db.schema.createIndex('membership_person').on('membership').columns(['email', 'tenant']).execute()
  },
}
