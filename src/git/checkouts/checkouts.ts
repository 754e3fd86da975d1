/**
 * Which branches people have in their hands: checked out in the main work tree or a linked one, or in the middle of a
 * rebase or bisection there. Moving such a branch alone would make the person's next commit undo the move in silence.
 * Source: gitrepository-layout(5); `find_shared_symref` in Git's worktree.c.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RefName } from '../../kernel/ids.ts'

/** What a work tree is in the middle of; `ready` = nothing. */
export type CheckoutState = 'ready' | 'rebasing' | 'bisecting' | 'merging'

export type Checkout = {
  /** The branch: HEAD's, or the one that `state` is about. */
  ref: RefName
  /** The folder with the files. */
  workTree: string
  /** Where its HEAD and its index are. */
  gitDir: string
  state: CheckoutState
}

/** Files of a work tree's git folder that hold the branch which an operation is about, while HEAD is detached. */
const DETACHED_OPERATIONS = {
  'rebase-merge/head-name': 'rebasing',
  'rebase-apply/head-name': 'rebasing',
  BISECT_START: 'bisecting',
} as const satisfies Record<string, CheckoutState>

/** Files that stand while a commit of two parents, or of another's change, is being made. */
const UNFINISHED_COMMITS = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD']

/**
 * Every branch that is in somebody's hands now. A linked work tree whose folder is gone holds nothing.
 * @param workTree of the repository itself; undefined where it is bare
 */
export function findCheckouts(gitDir: string, workTree: string | undefined): Checkout[] {
  const found = workTree === undefined ? [] : checkoutsIn(gitDir, workTree)
  for (const name of foldersIn(join(gitDir, 'worktrees'))) {
    const own = join(gitDir, 'worktrees', name)
    const pointer = textOf(join(own, 'gitdir'))
    const linked = pointer && dirname(pointer)
    if (linked && existsSync(linked)) found.push(...checkoutsIn(own, linked))
  }
  return found
}

/** The branch that HEAD of a work tree is on; undefined where it is on none. */
export const branchOfHead = (gitDir: string): RefName | undefined => symbolicTarget(textOf(join(gitDir, 'HEAD')))

function checkoutsIn(gitDir: string, workTree: string): Checkout[] {
  const found: Checkout[] = []
  const head = branchOfHead(gitDir)
  if (head) {
    const isUnfinished = UNFINISHED_COMMITS.some((name) => existsSync(join(gitDir, name)))
    found.push({ ref: head, workTree, gitDir, state: isUnfinished ? 'merging' : 'ready' })
  }
  for (const [name, state] of Object.entries(DETACHED_OPERATIONS)) {
    const branch = textOf(join(gitDir, name))
    if (branch) found.push({ ref: fullName(branch), workTree, gitDir, state })
  }
  return found
}

const symbolicTarget = (text: string | undefined): RefName | undefined =>
  text?.startsWith('ref:') ? (text.slice(4).trim() as RefName) : undefined

const fullName = (branch: string): RefName => (branch.startsWith('refs/') ? branch : `refs/heads/${branch}`) as RefName

/** Trimmed; undefined where there is no such file: nearly always, and an error for each would cost ten looks. */
function textOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return []
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
