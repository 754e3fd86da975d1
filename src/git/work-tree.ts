/**
 * A work tree that follows its branch, as git's `receive.denyCurrentBranch=updateInstead` has it: one without changes of
 * its own takes the new files, any other is left alone and its changes are named.
 */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { Oid } from '../kernel/ids.ts'
import { GitFailure, runGit } from './run.ts'

/** What `git status --porcelain=v1` puts before a path: two letters and a blank. */
const STATUS_LENGTH = 3

/**
 * The paths that keep the work tree from going from one commit to another: changed since its last commit, staged, or
 * untracked where the new commit has a file.
 */
export async function pathsInTheWay(workTree: string, { from, to }: { from: Oid; to: Oid }): Promise<string[]> {
  const [changed, added] = await Promise.all([
    listed(workTree, ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=no', ...NO_SUBMODULES]),
    listed(workTree, ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--diff-filter=A', from, to]),
  ])
  const untracked = added.filter((path) => lstatSync(join(workTree, path), { throwIfNoEntry: false }))
  return [...new Set([...changed.map((line) => line.slice(STATUS_LENGTH)), ...untracked])].sort()
}

const NO_SUBMODULES = ['--ignore-submodules=all']

async function listed(cwd: string, args: readonly string[]): Promise<string[]> {
  return (await runGit({ cwd, args: ['--no-optional-locks', ...args] })).toString('utf8').split('\0').filter(Boolean)
}

/**
 * Brings files and index from one commit to another. With two trees `git read-tree` never touches what somebody has
 * changed in the meantime: it refuses instead.
 * @returns whether it is done; where not, nothing was changed
 */
export async function bringForward(workTree: string, { from, to }: { from: Oid; to: Oid }): Promise<boolean> {
  try {
    await runGit({ cwd: workTree, args: ['update-index', '-q', '--refresh', ...NO_SUBMODULES] }).catch(ignoreFailure)
    await runGit({ cwd: workTree, args: ['read-tree', '-m', '-u', from, to] })
    return true
  } catch (error) {
    if (error instanceof GitFailure) return false
    throw error
  }
}

/** `update-index --refresh` fails where a file differs from the index, and refreshes the others all the same. */
function ignoreFailure(error: unknown): void {
  if (!(error instanceof GitFailure)) throw error
}
