/** Secrets of tenants, and the data keys that seal them. */
import { type Kysely, type Migration, sql } from 'kysely'

export const secrets: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('secret')
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('key_version', 'integer', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('created_at', 'integer', (column) => column.notNull())
      .addColumn('updated_at', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('secret_key', ['tenant', 'name'])
      .execute()
    await db.schema
      .createTable('data_key')
      .addColumn('tenant', 'text', (column) => column.primaryKey().notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('master_id', 'text', (column) => column.notNull())
      .addColumn('wrapped', 'text', (column) => column.notNull())
      .addColumn('created_at', 'integer', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('key_ring')
      .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
      .addColumn('master_id', 'text')
      .execute()
    await sql`insert into key_ring (id, master_id) values (1, null)`.execute(db)
  },
}
