/**
 * The steps from an empty database to today's tables. Invariant: a step that has been released is never edited.
 */
import { DEFAULT_MIGRATION_TABLE, type Kysely, type Migration, Migrator, sql } from 'kysely'
import { StartRefused } from '../kernel/start-refused.ts'

const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-tenants-and-executions': {
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
  },
}

/** Brings the database to today's tables. @throws StartRefused where it is newer than this program */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const unknown = (await appliedMigrations(db)).filter((name) => !Object.hasOwn(MIGRATIONS, name))
  if (unknown.length > 0) {
    throw new StartRefused(
      `The database was made by a newer version of this program: it has ${unknown.join(', ')}. Run that version.`,
    )
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}

async function appliedMigrations<T>(db: Kysely<T>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return []
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db)
  return rows.map(({ name }) => name)
}
