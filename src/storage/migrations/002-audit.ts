/** The audit trail: its rows, where it ends, and the signed checkpoints. */
import { type Kysely, type Migration, sql } from 'kysely'
import { NO_ROW } from '../../audit/row.ts'

export const audit: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('audit')
      .addColumn('sequence', 'integer', (column) => column.primaryKey())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('at', 'integer', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('tenant', 'text')
      .addColumn('target', 'text')
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('person', 'text')
      .addColumn('address', 'text')
      .addColumn('request_id', 'text', (column) => column.notNull())
      .addColumn('before_json', 'text')
      .addColumn('after_json', 'text')
      .addColumn('hash', 'text', (column) => column.notNull())
      .execute()
    await db.schema.createIndex('audit_by_tenant').on('audit').columns(['tenant', 'sequence']).execute()
    await db.schema
      .createTable('audit_head')
      .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
      .addColumn('sequence', 'integer', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .execute()
    await sql`insert into audit_head (id, sequence, hash) values (1, ${NO_ROW.sequence}, ${NO_ROW.hash})`.execute(db)
    await db.schema
      .createTable('audit_checkpoint')
      .addColumn('sequence', 'integer', (column) => column.primaryKey())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('at', 'integer', (column) => column.notNull())
      .addColumn('signature', 'text', (column) => column.notNull())
      .execute()
  },
}
