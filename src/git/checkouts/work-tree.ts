/**
 * A work tree that follows its branch, as git's `receive.denyCurrentBranch=updateInstead` has it: one without changes of
 * its own takes the new files, any other is left alone and its changes are named.
 */
import { lstatSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Oid, parseOid } from '../../kernel/ids.ts'
import { objectId } from '../objects/object-id.ts'
import { GitFailure, runGit } from '../run.ts'

type Step = { from: Oid; to: Oid }

/** What `git status --porcelain=v1` puts before a path: two letters and a blank. */
const STATUS_LENGTH = 3
const NO_SUBMODULES = '--ignore-submodules=all'

/**
 * The paths that keep the work tree from going from one commit to another: changed since its last commit, staged, or
 * untracked where the new commit has a file.
 */
export async function pathsInTheWay(workTree: string, step: Step): Promise<string[]> {
  const [changed, files] = await Promise.all([
    listed(workTree, ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=no', NO_SUBMODULES]),
    changedFiles(workTree, step),
  ])
  const added = files.filter(({ before }) => before === undefined).map(({ path }) => path)
  const untracked = added.filter((path) => lstatSync(join(workTree, path), { throwIfNoEntry: false }))
  return [...new Set([...changed.map((line) => line.slice(STATUS_LENGTH)), ...untracked])].sort()
}

/**
 * Brings files and index from one commit to another. With two trees `git read-tree` never touches what somebody has
 * changed in the meantime: it refuses instead.
 * @returns whether it is done; where not, `takeBack` undoes what may have been written before the disk was full
 */
export async function bringForward(workTree: string, { from, to }: Step): Promise<boolean> {
  // It fails where a file differs from the index, and refreshes the others all the same.
  await succeeds(workTree, ['update-index', '-q', '--refresh', '--ignore-submodules'])
  return succeeds(workTree, ['read-tree', '-m', '-u', from, to])
}

/**
 * Undoes `bringForward`, however far it came; what somebody has changed since stays.
 * @returns whether it could be undone; not while somebody holds the index
 */
export async function takeBack(workTree: string, { from, to }: Step): Promise<boolean> {
  const files = await changedFiles(workTree, { from, to })
  const staged = new Set(await listed(workTree, ['diff-index', '--cached', '-z', '--name-only', from]))
  // The index is written last, and at once: it is of one commit or the other.
  const isAhead = files.some(({ path }) => staged.has(path))
  if (isAhead && !(await succeeds(workTree, ['read-tree', '-m', '-u', to, from]))) return false
  // Files that hold what the new commit has are of nobody else's making.
  const written = files.filter(({ path, after }) => after !== undefined && after === idOfFile(join(workTree, path)))
  for (const { path, before } of written) if (before === undefined) rmSync(join(workTree, path), { force: true })
  const replaced = written.filter(({ before }) => before !== undefined).map(({ path }) => `${path}\0`)
  if (replaced.length === 0) return true
  return succeeds(workTree, ['checkout-index', '--force', '--index', '-z', '--stdin'], replaced.join(''))
}

/** Blobs before and after; undefined = no file. */
type ChangedFile = { path: string; before: Oid | undefined; after: Oid | undefined }

async function changedFiles(workTree: string, { from, to }: Step): Promise<ChangedFile[]> {
  const parts = await listed(workTree, ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', from, to])
  const files: ChangedFile[] = []
  for (let at = 0; at + 1 < parts.length; at += 2) {
    // `:<mode> <mode> <id> <id> <status>`, and then the path.
    const [, , before = '', after = ''] = parts[at]!.split(' ')
    files.push({ path: parts[at + 1]!, before: blobOf(before), after: blobOf(after) })
  }
  return files
}

const blobOf = (id: string): Oid | undefined => (/^0+$/.test(id) ? undefined : parseOid(id))

function idOfFile(path: string): Oid | undefined {
  try {
    return objectId('blob', readFileSync(path))
  } catch {
    return undefined
  }
}

async function listed(cwd: string, args: readonly string[]): Promise<string[]> {
  return (await runGit({ cwd, args: ['--no-optional-locks', ...args] })).toString('utf8').split('\0').filter(Boolean)
}

async function succeeds(cwd: string, args: readonly string[], input = ''): Promise<boolean> {
  try {
    await runGit({ cwd, args, input })
    return true
  } catch (error) {
    if (error instanceof GitFailure) return false
    throw error
  }
}
