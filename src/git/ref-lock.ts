/**
 * Locks of refs as git takes them: `<ref>.lock` where none is, with the new value in it, renamed to the ref. Whoever
 * holds one is alone with the ref, git included.
 *
 * The file is written and fsynced under another name before, and becomes the lock by `link`, which fails where there is
 * one (as O_EXCL does). So a lock is never half written, is held for microseconds instead of an fsync, and the other name
 * proves it ours: where both are one inode after a `kill -9`, the next start or write removes it (left-locks.ts).
 * Source: Git's lockfile.h and files-backend.c.
 */
import { closeSync, mkdirSync, rmSync } from 'node:fs'
import { link, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openFile, syncFile, writeFully } from './durable-files.ts'
import { ownName } from './left-behind.ts'

export type LockAttempt =
  | 'held'
  | 'taken'
  /** A ref's name is a folder of this one's. */
  | 'name-clash'

export type RefLock = {
  /** Without waiting; again after `taken`, as often as one likes. */
  take(): Promise<LockAttempt>
  /** Gives the ref the value, and the lock away. @throws the file system's error; the ref is as it was */
  publish(): Promise<void>
  /** Gives the lock away where it is held, and leaves the ref as it is. Does nothing after `publish`. */
  release(): Promise<void>
}

/** Where the other names are: each tells what it is to lock, or holds it, a path a line. */
export const lockFolder = (gitDir: string): string => join(gitDir, 'espalier', 'locks')

/**
 * A lock that is about to be taken, its value on the disk already.
 * @param path below `gitDir`, such as `refs/heads/main` or `HEAD`
 * @param text what the file is to hold; `''` for a lock that only keeps others away
 * @throws the file system's error, such as ENOSPC
 */
export async function prepareLock(gitDir: string, path: string, text: string): Promise<RefLock> {
  const target = join(gitDir, path)
  const lockPath = `${target}.lock`
  const draft = join(lockFolder(gitDir), ownName(path))
  await writeDraft(draft, text)
  let isHeld = false
  return {
    async take() {
      const attempt = await linkTo(draft, lockPath)
      isHeld = attempt === 'held'
      return attempt
    },
    async publish() {
      await rename(lockPath, target)
      isHeld = false
    },
    async release() {
      if (isHeld) await rm(lockPath, { force: true })
      isHeld = false
      await rm(draft, { force: true })
    },
  }
}

async function writeDraft(draft: string, text: string): Promise<void> {
  const fd = await openMaking(draft)
  try {
    writeFully(fd, Buffer.from(text))
    if (text !== '') await syncFile(fd)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  } finally {
    closeSync(fd)
  }
}

/** The folder is there but for the first time. */
async function openMaking(draft: string): Promise<number> {
  try {
    return await openFile(draft, 'wx', 0o666)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    mkdirSync(dirname(draft), { recursive: true })
    return openFile(draft, 'wx', 0o666)
  }
}

export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

async function linkTo(draft: string, lockPath: string): Promise<LockAttempt> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await link(draft, lockPath)
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
