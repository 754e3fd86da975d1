/**
 * Moves of branches that people have checked out: work tree and ref are two things, and a `kill -9` can fall between.
 *
 * The work tree goes first, as git's own receive-pack has it: were the ref first, a person's next commit would silently
 * undo the move. What is about to be done is written down before; where the ref did not follow, the next start or the
 * next such move takes the work tree back.
 * Invariant: HEAD is locked meanwhile, so that nobody switches to another branch under the move.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Oid, RefName } from '../../kernel/ids.ts'
import { writeSynced } from '../durable-files.ts'
import { isLeftBehind, ownName } from '../left-behind.ts'
import { type LockAttempt, prepareLock, type RefLock } from '../refs/ref-lock.ts'
import type { RefReader } from '../refs/refs.ts'
import { branchOfHead, type Checkout } from './checkouts.ts'
import { bringForward, pathsInTheWay, takeBack } from './work-tree.ts'

type Move = { ref: RefName; from: Oid; to: Oid }
type Noted = Move & { workTree: string }

export type CheckoutMove =
  | { kind: 'done' }
  | { kind: 'dirty'; checkout: Checkout; paths: readonly string[] }
  /** Somebody is switching branches, or at work on the index. */
  | { kind: 'locked' }

const folderIn = (gitDir: string): string => join(gitDir, 'espalier', 'checkouts')

/**
 * Brings every work tree of the branch forward, and then runs `publish`, which moves the ref. Where either fails all of
 * them are as they were.
 * @throws what `publish` throws
 */
export async function moveCheckouts(
  gitDir: string,
  {
    checkouts,
    move,
    take,
    publish,
  }: {
    checkouts: readonly Checkout[]
    move: Move
    take: (lock: RefLock) => Promise<LockAttempt>
    publish: () => void
  },
): Promise<CheckoutMove> {
  const heads: RefLock[] = []
  const begun: { workTree: string; note: string }[] = []
  try {
    for (const checkout of checkouts) {
      const { workTree, state } = checkout
      if (state !== 'ready') return { kind: 'dirty', checkout, paths: [] }
      const head = prepareLock(gitDir, relative(gitDir, join(checkout.gitDir, 'HEAD')), `ref: ${move.ref}\n`)
      heads.push(head)
      if ((await take(head)) !== 'held' || branchOfHead(checkout.gitDir) !== move.ref) return { kind: 'locked' }
      const paths = await pathsInTheWay(workTree, move)
      if (paths.length > 0) return { kind: 'dirty', checkout, paths }
    }
    for (const checkout of checkouts) {
      const { workTree } = checkout
      begun.push({ workTree, note: await noteDown(gitDir, { ...move, workTree }) })
      if (await bringForward(workTree, move)) continue
      await undo(begun, move)
      const paths = await pathsInTheWay(workTree, move)
      return paths.length > 0 ? { kind: 'dirty', checkout, paths } : { kind: 'locked' }
    }
    try {
      publish()
    } catch (error) {
      await undo(begun, move)
      throw error
    }
    for (const { note } of begun) rmSync(note, { force: true })
    return { kind: 'done' }
  } finally {
    for (const head of heads) head.release()
  }
}

async function undo(begun: readonly { workTree: string; note: string }[], move: Move): Promise<void> {
  for (const { workTree, note } of begun) if (await takeBack(workTree, move)) rmSync(note, { force: true })
}

async function noteDown(gitDir: string, noted: Noted): Promise<string> {
  const path = join(folderIn(gitDir), ownName('checkout'))
  mkdirSync(folderIn(gitDir), { recursive: true })
  await writeSynced(path, Buffer.from(JSON.stringify(noted)), 0o600)
  return path
}

/** Takes back the work trees whose branch did not follow, of processes that are gone. */
export async function mendCheckouts(gitDir: string, refs: RefReader): Promise<void> {
  for (const name of namesIn(folderIn(gitDir))) {
    const path = join(folderIn(gitDir), name)
    const stats = statSync(path, { throwIfNoEntry: false })
    if (!stats || !isLeftBehind(name, stats)) continue
    const noted = parse(readFileSync(path, 'utf8'))
    const state = noted && refs.read(noted.ref)
    const isWhereItWas = state?.kind === 'oid' && state.oid === noted?.from
    if (!noted || !isWhereItWas || (await takeBack(noted.workTree, noted))) rmSync(path, { force: true })
  }
}

/** Undefined where the process was killed while it wrote: then it has done nothing yet. */
function parse(text: string): Noted | undefined {
  try {
    return JSON.parse(text) as Noted
  } catch {
    return undefined
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
