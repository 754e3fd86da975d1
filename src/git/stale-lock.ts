/**
 * Locks of branches whose owner was killed: git leaves them behind, and refuses the branch for ever.
 * Invariant: a lock is removed only when it is so old that no git which this product started can still hold it.
 */
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_TIMEOUT_MS } from './run.ts'

/** A git that outlived the process which started it has no time limit, but does in milliseconds what it has to do. */
const STALE_AFTER_MS = 2 * DEFAULT_TIMEOUT_MS

/** Removes the lock of `branch` (without `refs/heads/`) where it is stale. */
export function removeStaleLock(gitDir: string, branch: string, nowMs: number): void {
  const path = join(gitDir, 'refs/heads', `${branch}.lock`)
  const lock = statSync(path, { throwIfNoEntry: false })
  if (lock && nowMs - lock.mtimeMs >= STALE_AFTER_MS) rmSync(path, { force: true })
}
