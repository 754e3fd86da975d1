/**
 * Locks of refs as git takes them: `<ref>.lock` where none is, with the new value in it, renamed to the ref. Whoever
 * holds one is alone with the ref, git included.
 *
 * The file is written (and fsynced, where that is called for) under another name before, and becomes the lock by `link`, which
 * fails where there is one (as O_EXCL does). So a lock is never half written, is held for microseconds instead of an fsync,
 * and the other name proves it ours: where both are one inode after a `kill -9`, the next start or write removes it
 * (left-locks.ts).
 * Source: Git's lockfile.h and files-backend.c.
 */
import { closeSync, linkSync, mkdirSync, openSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { syncPath, writeFully } from '../durable-files.ts'
import { ownName } from '../left-behind.ts'
import { removeFile } from '../remove-file.ts'

export type LockAttempt =
  | 'held'
  | 'taken'
  /** A ref's name is a folder of this one's. */
  | 'name-clash'

export type RefLock = {
  /** Waits until the value is on the disk. To be called before `take`, so that nobody waits for it. */
  sync(): Promise<void>
  /** Without waiting; again after `taken`, as often as one likes. */
  take(): LockAttempt
  /** Gives the ref the value, and the lock away. @throws the file system's error; the ref is as it was */
  publish(): void
  /** Gives the lock away where it is held, and leaves the ref as it is. Does nothing after `publish`. */
  release(): void
}

/** Where the other names are: each tells what it is to lock, or holds it, a path a line. */
export const lockFolder = (gitDir: string): string => join(gitDir, 'espalier', 'locks')

/**
 * A lock that is about to be taken, its value written already.
 * @param path below `gitDir`, such as `refs/heads/main` or `HEAD`
 * @param text what the file is to hold; `''` for a lock that only keeps others away
 * @throws the file system's error, such as ENOSPC
 */
export function prepareLock(gitDir: string, path: string, text: string): RefLock {
  const draft = join(lockFolder(gitDir), ownName(path))
  writeDraft(draft, text)
  return lockWith(gitDir, path, draft)
}

/** @param draft a file of `lockFolder`, under a name of `ownName(path)`, that holds the text; `release` removes it */
export function lockWith(gitDir: string, path: string, draft: string): RefLock {
  const target = join(gitDir, path)
  const lockPath = `${target}.lock`
  let isHeld = false
  return {
    sync: () => syncPath(draft),
    take() {
      const attempt = linkTo(draft, lockPath)
      isHeld = attempt === 'held'
      return attempt
    },
    publish() {
      renameSync(lockPath, target)
      isHeld = false
    },
    release() {
      if (isHeld) removeFile(lockPath)
      isHeld = false
      removeFile(draft)
    },
  }
}

function writeDraft(draft: string, text: string): void {
  const fd = openMaking(draft)
  try {
    writeFully(fd, Buffer.from(text))
  } catch (error) {
    removeFile(draft)
    throw error
  } finally {
    closeSync(fd)
  }
}

/** The folder is there but for the first time. */
function openMaking(draft: string): number {
  try {
    return openSync(draft, 'wx', 0o666)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    mkdirSync(dirname(draft), { recursive: true })
    return openSync(draft, 'wx', 0o666)
  }
}

export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

function linkTo(draft: string, lockPath: string): LockAttempt {
  for (let attempt = 0; ; attempt += 1) {
    try {
      linkSync(draft, lockPath)
      return 'held'
    } catch (error) {
      const code = codeOf(error)
      if (code === 'EEXIST') return 'taken'
      if (code === 'ENOTDIR') return 'name-clash'
      // Somebody who deletes the last branch of a folder removes the folder too, perhaps right after it was made.
      if (code !== 'ENOENT' || attempt === 3) throw error
    }
    try {
      mkdirSync(dirname(lockPath), { recursive: true })
    } catch (error) {
      if (codeOf(error) === 'ENOTDIR' || codeOf(error) === 'EEXIST') return 'name-clash'
      throw error
    }
  }
}
