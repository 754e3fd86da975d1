/**
 * Waits for the disk on behalf of SQLite, in the thread pool: with `synchronous = full` the driver would wait in the one
 * thread that answers requests. What a transaction has committed stands in the write-ahead log, in order; once that file is
 * on the disk, so is the transaction. Where a checkpoint has moved it to the database meanwhile, SQLite has waited itself.
 * Source: https://sqlite.org/wal.html, "Checkpointing" and `PRAGMA synchronous`.
 * Invariant: the log is one file as long as somebody has the database open; opening it takes no lock that closing it
 * could lose, as SQLite keeps its locks in the `-shm` file.
 */
import { closeSync, fdatasync, openSync } from 'node:fs'
import { promisify } from 'node:util'

const syncData = promisify(fdatasync)

export type LogSync = {
  /** Resolves when what is in the log at the time of the call is on the disk. Calls that wait share one sync. */
  synced(): Promise<void>
  close(): void
}

export function openLogSync(databasePath: string): LogSync {
  let fd: number | undefined
  /** Under way: what is written now may come too late for it. */
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  async function sync(): Promise<void> {
    fd ??= openSync(`${databasePath}-wal`, 'r+')
    await syncData(fd)
  }

  function start(): Promise<void> {
    next = undefined
    const own = sync().finally(() => {
      if (running === own) running = undefined
    })
    running = own
    return own
  }

  return {
    synced() {
      next ??= running?.then(start, start)
      return next ?? start()
    },
    close() {
      if (fd !== undefined) closeSync(fd)
    },
  }
}
