/**
 * Locks of refs that move again and again: two files for each ref, by turns. One holds its value, and the one that held the
 * value before is written over to be the next lock. A new file for each move takes seven times as long on ext4 (400 us
 * beside 55): an inode is looked for, its block goes to the disk when it is renamed, and that of the old one is given back.
 *
 * Whoever has opened the ref's file and sleeps over two moves before it reads finds what the ref holds by then.
 * Invariants: a file is written over for the ref that it was of, and for no other; only while it has no name but ours (who
 * copies a repository may have linked it); and only where the ref still holds what it was moved to when the file was put
 * aside: what the file holds on the disk until then, and may hold again after a power cut, is an ancestor of the new value.
 */
import { closeSync, fstatSync, linkSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Oid, RefName } from '../../kernel/ids.ts'
import { writeFully } from '../durable-files.ts'
import { ownName } from '../left-behind.ts'
import { removeFile } from '../remove-file.ts'
import { lockFolder, lockWith, prepareLock, type RefLock } from './ref-lock.ts'

export type SpareFiles = {
  /** As `prepareLock`, for a move of a ref to a descendant of `from`. */
  prepare(ref: RefName, from: Oid | null, to: Oid): RefLock
  /** Removes them all. */
  close(): void
}

/** Of so many refs, those that moved last. */
const MAX_SPARES = 256
/** Far below the age at which another machine takes a file for left behind (left-behind.ts). */
const MAX_AGE_MS = 60_000

export function openSpareFiles(gitDir: string): SpareFiles {
  /** By ref, the one that moved last at the end; `value` is what the ref was moved to when the file was put aside. */
  const spares = new Map<RefName, { path: string; value: Oid }>()

  /** The ref's other file, with `text` in it; undefined where there is none that may be used. */
  function reused(ref: RefName, from: Oid | null, text: string): string | undefined {
    const spare = spares.get(ref)
    if (spare === undefined) return undefined
    spares.delete(ref)
    if (spare.value === from && isRewritten(spare.path, text)) return spare.path
    removeFile(spare.path)
    return undefined
  }

  function putAside(ref: RefName, path: string, value: Oid): void {
    spares.set(ref, { path, value })
    for (const [oldest, { path: oldestPath }] of spares) {
      if (spares.size <= MAX_SPARES) return
      spares.delete(oldest)
      removeFile(oldestPath)
    }
  }

  return {
    prepare(ref, from, to) {
      const text = `${to}\n`
      const path = reused(ref, from, text)
      const lock = path === undefined ? prepareLock(gitDir, ref, text) : lockWith(gitDir, ref, path)
      return {
        ...lock,
        publish() {
          const aside = join(lockFolder(gitDir), ownName(ref))
          const isAside = isLinked(join(gitDir, ref), aside)
          try {
            lock.publish()
          } catch (error) {
            if (isAside) removeFile(aside)
            throw error
          }
          if (isAside) putAside(ref, aside, to)
        },
      }
    },
    close() {
      for (const { path } of spares.values()) removeFile(path)
      spares.clear()
    },
  }
}

/** Whether the file could be written over. Its block is on the disk already: there is room for it. */
function isRewritten(path: string, text: string): boolean {
  try {
    const fd = openSync(path, 'r+')
    try {
      const { nlink, size, mtimeMs } = fstatSync(fd)
      if (nlink !== 1 || size !== text.length || Date.now() - mtimeMs > MAX_AGE_MS) return false
      writeFully(fd, Buffer.from(text, 'latin1'), 0)
      return true
    } finally {
      closeSync(fd)
    }
  } catch {
    // Somebody else's file, or none: a new one says what is wrong, if anything is.
    return false
  }
}

/** Not where the ref has no file of its own, or the file system has no links for it. */
function isLinked(path: string, name: string): boolean {
  try {
    linkSync(path, name)
    return true
  } catch {
    return false
  }
}
