/**
 * One process at a time prepares repository and database: a first start makes both, and two at once would make them twice.
 * The lock is SQLite's, on a file of its own: the operating system lets go of it when the process ends, however it ends.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { StartRefused } from '../kernel/start-refused.ts'

const WAIT_MS = 30_000

/** Runs `prepare` while no other process does so in `dataDir`. @throws StartRefused where the folder cannot be written to */
export async function whileAlone<T>(dataDir: string, prepare: () => Promise<T>): Promise<T> {
  const lock = openLock(dataDir)
  try {
    return await prepare()
  } finally {
    lock.close()
  }
}

function openLock(dataDir: string): Sqlite.Database {
  try {
    mkdirSync(dataDir, { recursive: true })
    const lock = new Sqlite(join(dataDir, 'start.lock'), { timeout: WAIT_MS })
    lock.exec('begin exclusive')
    return lock
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartRefused(
      `The data folder ${dataDir} cannot be used: ${reason}. Name one that can be written to with ESPALIER_DATA_DIR.`,
      { cause },
    )
  }
}
