/**
 * At most one process drives rollouts. The lock is SQLite's, on a file of its own: the operating system lets go of it when
 * the process ends, however it ends.
 */
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { DriverLock } from '../../rollouts/runs/conductor.ts'

export const driverLock = (dataDir: string): DriverLock => ({
  tryTake() {
    const lock = new Sqlite(join(dataDir, 'rollouts.lock'), { timeout: 0 })
    try {
      lock.exec('begin exclusive')
    } catch (error) {
      lock.close()
      if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_BUSY') return undefined
      throw error
    }
    return () => lock.close()
  },
})
