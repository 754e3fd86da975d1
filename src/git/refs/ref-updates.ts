/**
 * Moves of branch heads by compare-and-swap, in this process and by git's own protocol, so that git in another process
 * respects them as we respect git's. One `git update-ref` costs 3 to 5 ms of process for what are 10 system calls.
 *
 * Invariants: a ref goes from exactly `from` to `to`, or stays; of two who move it, one is told `stale`; what `move` and
 * `moveMany` answered `moved` survives a power cut, what `moveInCache` did a kill of the process; each move of a ref that
 * was there has its line in the reflog; symbolic refs are neither followed nor replaced. A branch that somebody has checked
 * out moves together with the work tree, or not at all.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Oid, RefName } from '../../kernel/ids.ts'
import { inSlices } from '../../kernel/in-slices.ts'
import { mendCheckouts, moveCheckouts } from '../checkouts/checkout-moves.ts'
import { type Checkout, type CheckoutState, findCheckouts } from '../checkouts/checkouts.ts'
import { syncPath } from '../durable-files.ts'
import type { Identity } from '../objects/commit-bytes.ts'
import { removeLeftPacks } from '../objects/pack-writer.ts'
import { removeEmptyFolders } from './empty-folders.ts'
import { removeLeftLocks } from './left-locks.ts'
import { movePacked } from './packed-moves.ts'
import { type LockAttempt, prepareLock, type RefLock } from './ref-lock.ts'
import { appendReflog } from './reflog.ts'
import type { RefReader } from './refs.ts'
import { openSpareFiles } from './spare-files.ts'
import { removeStaleLock } from './stale-lock.ts'

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
  /**
   * As `move`, for moves to descendants and without waiting for the disk, for whoever has written down what a power cut may
   * take back: it may leave a ref at an older value than `from`. Each is answered as soon as it has its outcome: one whose
   * lock somebody holds keeps no other waiting.
   */
  moveInCache(updates: readonly RefUpdate[]): readonly Promise<RefOutcome>[]
  /** The same for hundreds: they move by way of packed-refs (packed-moves.ts), those that cannot by themselves. */
  moveMany(updates: readonly RefUpdate[]): Promise<readonly RefOutcome[]>
  /** Undoes what killed processes have left: locks, unfinished packs, and work trees that are ahead of their branch. */
  mend(): Promise<void>
  close(): void
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

/** As many files share their fsyncs. */
const AT_ONCE = 256
/** So many share one new packed-refs: its fsync is a small part of what they cost, and they are locked for some 20 ms. */
const PACKED_AT_ONCE = 512
/** As few are not worth a new packed-refs, which may have the names of a hundred thousand others. */
const FEW = 8
/** Git, too, waits up to 100 ms for a lock. */
const LOCK_WAITS_MS = [0, 1, 2, 5, 10, 25, 60]

type Prepared = { kind: 'prepared'; update: RefUpdate; lock: RefLock } | { kind: 'settled'; outcome: RefOutcome }

export function openRefWriter({ gitDir, workTree, refs, by, clock }: RefWriterDeps): RefWriter {
  const spares = openSpareFiles(gitDir)

  /** Everything that needs no lock. */
  function prepare(update: RefUpdate, lockFor: (update: RefUpdate) => RefLock): Prepared {
    // What is so already need not wait for the disk; under the lock it is looked at again.
    const early = obstacleTo(update)
    if (early) return { kind: 'settled', outcome: early }
    try {
      return { kind: 'prepared', update, lock: lockFor(update) }
    } catch (cause) {
      return { kind: 'settled', outcome: { kind: 'failed', cause } }
    }
  }

  async function onDisk(prepared: Prepared): Promise<Prepared> {
    if (prepared.kind === 'settled') return prepared
    try {
      await prepared.lock.sync()
      return prepared
    } catch (cause) {
      prepared.lock.release()
      return { kind: 'settled', outcome: { kind: 'failed', cause } }
    }
  }

  async function moveOne(prepared: Prepared, checkouts: readonly Checkout[]): Promise<RefOutcome> {
    if (prepared.kind === 'settled') return prepared.outcome
    const { update, lock } = prepared
    const { ref } = update
    try {
      const attempt = await take(lock, ref)
      if (attempt === 'taken') return { kind: 'locked' }
      const obstacle = attempt === 'name-clash' ? clash(ref, dirname(ref)) : obstacleTo(update)
      if (obstacle) return obstacle
      const own = checkouts.filter((checkout) => checkout.ref === ref)
      if (own.length > 0) return await moveCheckedOut(lock, update, own)
      publish(lock, update)
      return { kind: 'moved' }
    } catch (cause) {
      return { kind: 'failed', cause }
    } finally {
      lock.release()
    }
  }

  /**
   * In three steps, for a rename between two fsyncs makes the second one as dear as the first: all values on the disk, all
   * names moved, each folder on the disk once.
   */
  async function moveGroup(group: readonly RefUpdate[], checkouts: readonly Checkout[]): Promise<RefOutcome[]> {
    const lockFor = ({ ref, to }: RefUpdate): RefLock => prepareLock(gitDir, ref, `${to}\n`)
    const prepared = await inTurns(group, (update) => onDisk(prepare(update, lockFor)))
    const outcomes = await inTurns(prepared, (each) => moveOne(each, checkouts))
    const folders = new Set<string>()
    for (const [i, { ref }] of group.entries())
      if (outcomes[i]!.kind === 'moved') folders.add(dirname(join(gitDir, ref)))
    try {
      await Promise.all([...folders].map(syncPath))
      return outcomes
    } catch (cause) {
      return outcomes.map((outcome) => (outcome.kind === 'moved' ? { kind: 'failed', cause } : outcome))
    }
  }

  /** Why the ref cannot move, as it stands. */
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

  /** Reflogs first, as git has it: there is no move without its line, and no line without its move. */
  function publish(lock: RefLock, { ref, from, to, message }: RefUpdate, heads: readonly Checkout[] = []): void {
    const move = { from, to, by, atMs: clock.now(), message }
    const takeBackLines: (() => void)[] = []
    try {
      takeBackLines.push(appendReflog(gitDir, ref, move))
      for (const head of heads) takeBackLines.push(appendReflog(head.gitDir, 'HEAD', move))
      lock.publish()
    } catch (error) {
      for (const takeBackLine of takeBackLines) takeBackLine()
      throw error
    }
  }

  async function moveCheckedOut(lock: RefLock, update: RefUpdate, checkouts: readonly Checkout[]): Promise<RefOutcome> {
    const { ref, from, to } = update
    // HEAD may name a branch before its first commit; then whatever lies in the work tree is somebody's.
    if (from === null) {
      const [{ workTree, state }] = checkouts as [Checkout]
      return { kind: 'checked-out-dirty', workTree, state, paths: [] }
    }
    await mendCheckouts(gitDir, refs)
    const moved = await moveCheckouts(gitDir, {
      checkouts,
      move: { ref, from, to },
      take: (head) => take(head),
      publish: () => publish(lock, update, checkouts),
    })
    if (moved.kind === 'done') return { kind: 'moved' }
    if (moved.kind === 'locked') return { kind: 'locked' }
    const { workTree, state } = moved.checkout
    return { kind: 'checked-out-dirty', workTree, state, paths: moved.paths }
  }

  /** @param stale the lock's path, where one that is old may be removed */
  async function take(lock: RefLock, stale?: string): Promise<LockAttempt> {
    for (const waitMs of LOCK_WAITS_MS) {
      const attempt = lock.take()
      if (attempt !== 'taken') return attempt
      if (waitMs > 0) await delay(waitMs)
      else {
        removeLeftLocks(gitDir)
        if (stale) removeStaleLock(gitDir, stale, Date.now())
      }
    }
    return lock.take()
  }

  async function move(updates: readonly RefUpdate[]): Promise<readonly RefOutcome[]> {
    const checkouts = findCheckouts(gitDir, workTree)
    const outcomes: RefOutcome[] = []
    for (let at = 0; at < updates.length; at += AT_ONCE) {
      outcomes.push(...(await moveGroup(updates.slice(at, at + AT_ONCE), checkouts)))
    }
    return outcomes
  }

  /** What became of those that moved by way of packed-refs. */
  async function moveByPacking(updates: readonly RefUpdate[]): Promise<Map<RefUpdate, RefOutcome>> {
    const checkedOut = new Set(findCheckouts(gitDir, workTree).map(({ ref }) => ref))
    const plain = updates.filter(({ ref }) => !checkedOut.has(ref))
    if (plain.length <= FEW) return new Map()
    // Where the disk refuses, each that is moved by itself says so.
    return movePacked({ gitDir, refs, by, clock, take }, plain).catch(() => new Map())
  }

  return {
    move,
    moveInCache(updates) {
      const checkouts = findCheckouts(gitDir, workTree)
      const lockFor = ({ ref, from, to }: RefUpdate): RefLock => spares.prepare(ref, from, to)
      return updates.map((update) => moveOne(prepare(update, lockFor), checkouts))
    },
    async moveMany(updates) {
      const outcomes: RefOutcome[] = []
      for (let at = 0; at < updates.length; at += PACKED_AT_ONCE) {
        const group = updates.slice(at, at + PACKED_AT_ONCE)
        const packed = await moveByPacking(group)
        const alone = await move(group.filter((update) => !packed.has(update)))
        const rest = alone.values()
        outcomes.push(...group.map((update) => packed.get(update) ?? rest.next().value!))
      }
      return outcomes
    },
    async mend() {
      removeLeftLocks(gitDir)
      removeLeftPacks(gitDir)
      await mendCheckouts(gitDir, refs)
    },
    close: spares.close,
  }
}

/** Starts the work on each in its order, some in one turn of the event loop: others get theirs in between. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const started: Promise<R>[] = []
  await inSlices(items, (item) => void started.push(work(item)))
  return Promise.all(started)
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
