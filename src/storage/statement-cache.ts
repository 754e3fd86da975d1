/**
 * Prepared statements, kept by their text: Kysely makes the same few hundred texts again and again, and SQLite takes longer
 * to understand one than to run it.
 * Invariant: nothing here runs over several turns of the event loop, so a statement that is kept is never under way.
 */
import type Sqlite from 'better-sqlite3'
import type { SqliteDatabase } from 'kysely'
import { LRUCache } from 'lru-cache'

const KEPT = 300
/** Longer ones are lists of many values, which hardly ever come again. */
const MAX_CHARS = 4_000

/** What Kysely takes for a database; open once the tables are as they stay. */
export function withKeptStatements(sqlite: Sqlite.Database): SqliteDatabase {
  const kept = new LRUCache<string, Sqlite.Statement>({ max: KEPT })
  return {
    close: () => sqlite.close(),
    prepare(text) {
      const known = kept.get(text)
      if (known) return known
      const statement = sqlite.prepare(text)
      if (text.length <= MAX_CHARS) kept.set(text, statement)
      return statement
    },
  }
}
