/**
 * The lock of one ref, as git takes it: `<ref>.lock` made where none is, the new value written into it, renamed to the
 * ref. Whoever holds it is alone with the ref, git included.
 * Source: Git's lockfile.h and files-backend.c.
 */
import { closeSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Oid, RefName } from '../kernel/ids.ts'
import { syncFile, writeFully } from './durable-files.ts'

export type RefLock = {
  /** Writes the value that the ref is to have. @throws the file system's error, such as ENOSPC */
  write(oid: Oid): void
  /** Waits until the value is on the disk. */
  sync(): Promise<void>
  /** Gives the ref the written value, and the lock away. */
  publish(): void
  /** Gives the lock away, and leaves the ref as it is. Does nothing after `publish`. */
  release(): void
}

export type LockAttempt =
  | { kind: 'held'; lock: RefLock }
  | { kind: 'taken' }
  /** Another ref's name is a folder of this one's. */
  | { kind: 'name-clash'; with: string }

export function lockRef(gitDir: string, ref: RefName): LockAttempt {
  const path = join(gitDir, ref)
  const lockPath = `${path}.lock`
  const fd = create(lockPath)
  if (fd === 'taken') return { kind: 'taken' }
  if (fd === 'no-folder') return { kind: 'name-clash', with: dirname(ref) }
  let state: 'open' | 'closed' | 'gone' = 'open'
  const close = (): void => {
    if (state === 'open') closeSync(fd)
    if (state === 'open') state = 'closed'
  }
  return {
    kind: 'held',
    lock: {
      write: (oid) => writeFully(fd, Buffer.from(`${oid}\n`)),
      sync: () => syncFile(fd),
      publish() {
        close()
        renameSync(lockPath, path)
        state = 'gone'
      },
      release() {
        close()
        if (state !== 'gone') rmSync(lockPath, { force: true })
        state = 'gone'
      },
    },
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

function create(lockPath: string): number | 'taken' | 'no-folder' {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return openSync(lockPath, 'wx', 0o666)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'EEXIST') return 'taken'
      if (code === 'ENOTDIR') return 'no-folder'
      // Somebody who deletes the last branch of a folder removes the folder too, perhaps right after it was made.
      if (code !== 'ENOENT' || attempt === 3) throw error
    }
    try {
      mkdirSync(dirname(lockPath), { recursive: true })
    } catch (error) {
      if (codeOf(error) === 'ENOTDIR' || codeOf(error) === 'EEXIST') return 'no-folder'
      throw error
    }
  }
}
