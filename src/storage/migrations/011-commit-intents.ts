/** Commits that are about to be published: Git and the database cannot change in one transaction. */
import type { Kysely, Migration } from 'kysely'

export const commitIntents: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('commit_intent')
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('revision', 'text', (column) => column.notNull())
      .addColumn('noted_at', 'bigint', (column) => column.notNull())
      .addColumn('entry_json', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('commit_intent_key', ['tenant', 'revision'])
      .execute()
  },
}
