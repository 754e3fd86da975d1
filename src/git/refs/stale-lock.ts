/**
 * Locks whose owner was killed: git leaves them behind, and refuses the branch for ever.
 * Invariant: a lock is removed only when it is so old that no git which this product started can still hold it.
 */
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_TIMEOUT_MS } from '../run.ts'

/** A git that outlived the process which started it has no time limit, but does in milliseconds what it has to do. */
const STALE_AFTER_MS = 2 * DEFAULT_TIMEOUT_MS

/** Removes the lock of `path`, such as a full ref name, where it is stale. */
export function removeStaleLock(gitDir: string, path: string, nowMs: number): void {
  const lockPath = join(gitDir, `${path}.lock`)
  const lock = statSync(lockPath, { throwIfNoEntry: false })
  if (lock && nowMs - lock.mtimeMs >= STALE_AFTER_MS) rmSync(lockPath, { force: true })
}
