/**
 * One file that is the lock of many refs at once, for moves whose new values stand elsewhere (packed-refs): git asks only
 * whether there is a lock. A link for each, where a lock of its own would be a file for each.
 * Invariant: the file names all that it may be a lock of before it is one. A power cut may leave a lock without the file:
 * it goes when it is old (stale-lock.ts).
 */
import { linkSync, mkdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ownName } from '../left-behind.ts'
import { codeOf, lockFolder } from './ref-lock.ts'

export type SharedLock = {
  /** Locks one of the paths, unless somebody else has: @returns whether it did. Whatever is in the way counts as taken. */
  take(path: string): boolean
  /** Gives one back that was taken. */
  release(path: string): void
  /** Gives all back that are still held. */
  end(): void
}

/**
 * @param paths below `gitDir`; at most a thousand, since a file has not any number of links
 * @throws the file system's error, such as ENOSPC
 */
export function prepareSharedLock(gitDir: string, paths: readonly string[]): SharedLock {
  const draft = join(lockFolder(gitDir), ownName(''))
  mkdirSync(dirname(draft), { recursive: true })
  writeFileSync(draft, paths.map((path) => `${path}\n`).join(''), { flag: 'wx' })
  const held = new Set<string>()

  function release(path: string): void {
    if (!held.has(path)) return
    try {
      unlinkSync(`${join(gitDir, path)}.lock`)
      held.delete(path)
    } catch (error) {
      // What stays is tried again at the end, and by the next process at last.
      if (codeOf(error) === 'ENOENT') held.delete(path)
    }
  }

  return {
    take(path) {
      const isTaken = isLinked(draft, `${join(gitDir, path)}.lock`)
      if (isTaken) held.add(path)
      return isTaken
    },
    release,
    end() {
      for (const path of held) release(path)
      if (held.size === 0) rmSync(draft, { force: true })
    },
  }
}

function isLinked(draft: string, lockPath: string): boolean {
  try {
    linkSync(draft, lockPath)
    return true
  } catch (error) {
    return codeOf(error) === 'ENOENT' && isLinkedInNewFolder(draft, lockPath)
  }
}

/** Git removes the folder of branches that are all packed. */
function isLinkedInNewFolder(draft: string, lockPath: string): boolean {
  try {
    mkdirSync(dirname(lockPath), { recursive: true })
    linkSync(draft, lockPath)
    return true
  } catch {
    return false
  }
}
