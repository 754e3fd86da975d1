/** The embedded database: one SQLite file in WAL mode, shared by the server and the command line. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { StartRefused } from '../kernel/start-refused.ts'
import { openLogSync } from './log-sync.ts'
import { migrate } from './migrations.ts'
import type { Database } from './schema.ts'
import { withKeptStatements } from './statement-cache.ts'

export type Storage = {
  db: Kysely<Database>
  /** The driver itself, for the writers that need prepared statements: executions and usage. */
  sqlite: Sqlite.Database
  /** Resolves when every transaction that was committed before the call survives a power cut. */
  synced(): Promise<void>
  close(): Promise<void>
}

/** How long a writer waits for another process before SQLite gives up. */
const BUSY_TIMEOUT_MS = 5_000

/**
 * Opens the database at `path`, made where there is none, and brings it up to date.
 * @throws StartRefused where there is something else, or where it cannot be written
 */
export async function openSqlite(path: string): Promise<Storage> {
  const sqlite = openFile(path)
  // In WAL mode NORMAL keeps the database whole through a crash; a power cut may cost the last groups of executions.
  sqlite.pragma('synchronous = NORMAL')
  // Moving the log into the file waits for the disk: seldom, at the price of a log of some 32 MB.
  sqlite.pragma('wal_autocheckpoint = 8000')
  await migrate(new Kysely<Database>({ dialect: new SqliteDialect({ database: sqlite }) }))
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: withKeptStatements(sqlite) }) })
  const log = openLogSync(path)
  return {
    db,
    sqlite,
    synced: log.synced,
    async close() {
      await db.destroy()
      log.close()
    },
  }
}

function openFile(path: string): Sqlite.Database {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const sqlite = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS })
    sqlite.pragma('journal_mode = WAL')
    return sqlite
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartRefused(`The database ${path} cannot be used: ${reason}. Name another file with DB_PATH.`, { cause })
  }
}
