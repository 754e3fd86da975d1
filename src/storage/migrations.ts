/**
 * The steps from an empty database to today's tables. Invariant: a step that has been released is never edited.
 */
import { DEFAULT_MIGRATION_TABLE, type Kysely, type Migration, Migrator, sql } from 'kysely'
import { StartRefused } from '../kernel/start-refused.ts'
import { tenantsAndExecutions } from './migrations/001-tenants-and-executions.ts'
import { audit } from './migrations/002-audit.ts'
import { tenants } from './migrations/003-tenants.ts'
import { apiKeys } from './migrations/005-api-keys.ts'
import { users } from './migrations/006-users.ts'
import { usage } from './migrations/007-usage.ts'
import { idempotency } from './migrations/008-idempotency.ts'
import { secrets } from './migrations/009-secrets.ts'
import { standings } from './migrations/010-standings.ts'
import { commitIntents } from './migrations/011-commit-intents.ts'
import { rollouts } from './migrations/012-rollouts.ts'
import { rolloutMirror } from './migrations/013-rollout-mirror.ts'
import { commitGroups } from './migrations/014-commit-groups.ts'
import { usageGroups } from './migrations/015-usage-groups.ts'

const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-tenants-and-executions': tenantsAndExecutions,
  '002-audit': audit,
  '003-tenants': tenants,
  '005-api-keys': apiKeys,
  '006-users': users,
  '007-usage': usage,
  '008-idempotency': idempotency,
  '009-secrets': secrets,
  '010-standings': standings,
  '011-commit-intents': commitIntents,
  '012-rollouts': rollouts,
  '013-rollout-mirror': rolloutMirror,
  '014-commit-groups': commitGroups,
  '015-usage-groups': usageGroups,
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
