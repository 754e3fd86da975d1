/**
 * Moves of branch heads by compare-and-swap, in this process and by git's own protocol, so that git in another process
 * respects them as we respect git's. One `git update-ref` costs 3 to 5 ms of process for what are 10 system calls.
 *
 * Invariants: a ref goes from exactly `from` to `to`, or stays; of two who move it, one is told `stale`; what was
 * answered `moved` survives a power cut; each move has its line in the reflog; symbolic refs are neither followed nor
 * replaced. A branch that somebody has checked out moves together with the work tree, or not at all.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Oid, RefName } from '../kernel/ids.ts'
import { type Checkout, type CheckoutState, findCheckouts } from './checkouts.ts'
import type { Identity } from './commit-bytes.ts'
import { syncFolder } from './durable-files.ts'
import { removeEmptyFolders } from './empty-folders.ts'
import { lockRef, type RefLock } from './ref-lock.ts'
import { appendReflog } from './reflog.ts'
import type { RefReader } from './refs.ts'
import { bringForward, pathsInTheWay } from './work-tree.ts'

/** `from: null`: the ref must not exist. `message` is for the reflog. */
export type RefUpdate = { ref: RefName; from: Oid | null; to: Oid; message: string }

export type RefOutcome =
  | { kind: 'moved' }
  /** It holds something else; null = it does not exist. */
  | { kind: 'stale'; found: Oid | null }
  /** Somebody else has held its lock for longer than a move takes. */
  | { kind: 'locked' }
  /** A work tree that has it checked out has changes at `paths`, or is in the middle of something. */
  | { kind: 'checked-out-dirty'; workTree: string; state: CheckoutState; paths: readonly string[] }
  /** It can never be moved so: a symbolic ref, or a name that clashes with another ref's. */
  | { kind: 'refused'; reason: string }
  /** The file system refused, such as with ENOSPC: the ref is as it was. */
  | { kind: 'failed'; cause: unknown }

export type RefWriter = {
  /** Moves each by itself: outcomes are in the order of `updates`, which name each ref once. */
  move(updates: readonly RefUpdate[]): Promise<readonly RefOutcome[]>
}

export type RefWriterDeps = {
  gitDir: string
  /** Undefined where the repository is bare. */
  workTree: string | undefined
  refs: RefReader
  /** Who moves refs, for the reflogs. */
  by: Identity
  clock: { now(): number }
}

/** As many files are open at once. */
const AT_ONCE = 64
/** Git, too, waits up to 100 ms for a lock. */
const LOCK_WAITS_MS = [1, 2, 5, 10, 25, 60]

export function openRefWriter({ gitDir, workTree, refs, by, clock }: RefWriterDeps): RefWriter {
  async function moveOne(update: RefUpdate, checkouts: readonly Checkout[]): Promise<RefOutcome> {
    const attempt = await lockPatiently(gitDir, update.ref)
    if (attempt.kind === 'taken') return { kind: 'locked' }
    if (attempt.kind === 'name-clash') return clash(update.ref, attempt.with)
    const { lock } = attempt
    try {
      const obstacle = obstacleTo(update)
      if (obstacle) return obstacle
      lock.write(update.to)
      await lock.sync()
      const own = checkouts.filter(({ ref }) => ref === update.ref)
      const held = await bringWorkTrees(own, update)
      if (held) return held
      publish(lock, update, own)
      await syncFolder(dirname(join(gitDir, update.ref)))
      return { kind: 'moved' }
    } catch (cause) {
      return { kind: 'failed', cause }
    } finally {
      lock.release()
    }
  }

  /** Why the ref cannot move, as it stands under its lock. */
  function obstacleTo({ ref, from }: RefUpdate): RefOutcome | undefined {
    const state = refs.read(ref)
    if (state.kind === 'odd') return { kind: 'refused', reason: state.detail }
    const found = state.kind === 'oid' ? state.oid : null
    if (found !== from) return { kind: 'stale', found }
    const other = from === null ? clashingName(ref) : undefined
    return other === undefined ? undefined : clash(ref, other)
  }

  /** A ref below the name of `ref`, or whose name is a folder of it. Only a new ref can meet one. */
  function clashingName(ref: RefName): string | undefined {
    const parts = ref.split('/')
    const above = parts.slice(3).map((_, i) => parts.slice(0, i + 3).join('/') as RefName)
    const taken = above.find((name) => refs.read(name).kind !== 'missing')
    if (taken !== undefined) return taken
    const hasBelow = !removeEmptyFolders(join(gitDir, ref)) || textOf(join(gitDir, 'packed-refs')).includes(` ${ref}/`)
    return hasBelow ? `${ref}/...` : undefined
  }

  function publish(lock: RefLock, { ref, from, to, message }: RefUpdate, checkouts: readonly Checkout[]): void {
    const move = { from, to, by, atMs: clock.now(), message }
    appendReflog(gitDir, ref, move)
    for (const checkout of checkouts) appendReflog(checkout.gitDir, 'HEAD', move)
    lock.publish()
  }

  return {
    async move(updates) {
      const checkouts = findCheckouts(gitDir, workTree)
      const outcomes: RefOutcome[] = []
      for (let at = 0; at < updates.length; at += AT_ONCE) {
        const group = updates.slice(at, at + AT_ONCE)
        outcomes.push(...(await Promise.all(group.map((update) => moveOne(update, checkouts)))))
      }
      return outcomes
    },
  }
}

/** Brings each work tree to the new commit; gives why one of them cannot follow. */
async function bringWorkTrees(
  checkouts: readonly Checkout[],
  { from, to }: RefUpdate,
): Promise<RefOutcome | undefined> {
  for (const { workTree, state } of checkouts) {
    if (state !== 'ready' || from === null) return { kind: 'checked-out-dirty', workTree, state, paths: [] }
    const paths = await pathsInTheWay(workTree, { from, to })
    if (paths.length > 0) return { kind: 'checked-out-dirty', workTree, state, paths }
    if (!(await bringForward(workTree, { from, to }))) return { kind: 'checked-out-dirty', workTree, state, paths: [] }
  }
  return undefined
}

async function lockPatiently(gitDir: string, ref: RefName): Promise<ReturnType<typeof lockRef>> {
  for (const waitMs of LOCK_WAITS_MS) {
    const attempt = lockRef(gitDir, ref)
    if (attempt.kind !== 'taken') return attempt
    await delay(waitMs)
  }
  return lockRef(gitDir, ref)
}

const clash = (ref: RefName, other: string): RefOutcome => ({
  kind: 'refused',
  reason: `The ref ${ref} cannot be made: ${other} is a ref already.`,
})

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
