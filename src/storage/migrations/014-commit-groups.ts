/** What commits have put into the repository and the disk may not hold yet: enough to do it again after a power cut. */
import type { Kysely, Migration } from 'kysely'

export const commitGroups: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('commit_group')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('boot', 'text', (column) => column.notNull())
      .addColumn('noted_at', 'bigint', (column) => column.notNull())
      .addColumn('pack', 'text')
      .addColumn('objects', 'blob', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('commit_move')
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('to_revision', 'text', (column) => column.notNull())
      .addColumn('from_revision', 'text', (column) => column.notNull())
      .addColumn('commit_group', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('commit_move_key', ['tenant', 'to_revision'])
      .execute()
    await db.schema.alterTable('commit_intent').addColumn('commit_group', 'integer').execute()
  },
}
