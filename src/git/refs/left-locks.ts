/**
 * Locks that processes which are gone have left: those whose other name is the same file, and says who made it.
 * Invariant: of several who remove them at once only one removes each, so that nobody takes a living one for it.
 */
import { readdirSync, readFileSync, renameSync, rmSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { isLeftBehind, ownName, subjectOf } from '../left-behind.ts'
import { codeOf, lockFolder } from './ref-lock.ts'

export function removeLeftLocks(gitDir: string): void {
  const folder = lockFolder(gitDir)
  for (const name of namesIn(folder)) {
    const draft = join(folder, name)
    const ours = statOf(draft)
    if (!ours || !isLeftBehind(name, ours)) continue
    // Under a name of ours it is ours to remove, and left behind again if we are killed over it.
    const claimed = join(folder, ownName(subjectOf(name)))
    if (!renamed(draft, claimed)) continue
    for (const path of pathsOf(claimed, subjectOf(name))) {
      const lockPath = join(gitDir, `${path}.lock`)
      const lock = statOf(lockPath)
      if (lock && lock.ino === ours.ino && lock.dev === ours.dev) rmSync(lockPath, { force: true })
    }
    rmSync(claimed, { force: true })
  }
}

/** What the file is a lock of: the one that its name tells, or those that it holds. */
const pathsOf = (draft: string, subject: string): string[] =>
  subject === '' ? readFileSync(draft, 'utf8').split('\n').filter(Boolean) : [subject]

/** Whether it was there to be renamed. */
function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}
