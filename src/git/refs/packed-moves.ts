/**
 * Moves of many refs, new ones among them, by one new `packed-refs`, instead of a file and an fsync for each.
 *
 * Under `packed-refs.lock`, as `git pack-refs` has it, and under the lock of each ref that moves, as `git update-ref` has it:
 *   1. the new packed-refs is written beside the old one and is on the disk;
 *   2. each ref is locked, and has to hold what it is to be moved from; its line goes into the reflog (that of a new ref begins
 *      with its first move: before that there is nothing to go back to, and ten thousand files cost more than all the rest);
 *   3. the new packed-refs takes its name, and that is on the disk: refs without a file of their own have moved;
 *   4. the file of each other ref, which hides the packed value, is removed: that moves it; its lock is given back.
 * A process that is killed between 3 and 4 leaves a ref that has not moved, and a packed value that nobody sees: whatever
 * packs refs next takes the ref's own file. `packed-refs.lock` is held to the end, for a `git pack-refs` between 3 and 4
 * would pack the old value, and removing the file would then bring that back.
 * Invariant: what cannot be moved like this, for whatever reason, is left as it was, to be moved by itself.
 */
import { existsSync, lstatSync, readFileSync, renameSync, rmSync, unlinkSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RefName } from '../../kernel/ids.ts'
import { inSlices } from '../../kernel/in-slices.ts'
import { syncPath, writeSynced } from '../durable-files.ts'
import { ownName } from '../left-behind.ts'
import type { Identity } from '../objects/commit-bytes.ts'
import { type PackedRefs, parsePackedRefs } from './packed-refs.ts'
import { codeOf, type LockAttempt, lockFolder, prepareLock, type RefLock } from './ref-lock.ts'
import type { RefOutcome, RefUpdate } from './ref-updates.ts'
import { appendReflog } from './reflog.ts'
import type { RefReader } from './refs.ts'
import { prepareSharedLock, type SharedLock } from './shared-lock.ts'

export type PackedMoveDeps = {
  gitDir: string
  refs: RefReader
  by: Identity
  clock: { now(): number }
  take(lock: RefLock, path: string): Promise<LockAttempt>
}

const PACKED_REFS = 'packed-refs'

/** A ref that is locked and holds what it is to be moved from. */
type Ready = { update: RefUpdate; isLoose: boolean; takeBackLine: () => void }

/**
 * Moves those that can be. None is checked out, and no name is a folder of another's.
 * @param updates at most a thousand
 * @returns what became of those that were taken up
 */
export async function movePacked(
  deps: PackedMoveDeps,
  updates: readonly RefUpdate[],
): Promise<Map<RefUpdate, RefOutcome>> {
  const { gitDir, take } = deps
  const lock = prepareLock(gitDir, PACKED_REFS, '')
  try {
    if ((await take(lock, PACKED_REFS)) !== 'held' || isLink(packedPath(gitDir))) return new Map()
    const shared = prepareSharedLock(
      gitDir,
      updates.map(({ ref }) => ref),
    )
    try {
      return await moveLocked(deps, updates, shared)
    } finally {
      shared.end()
    }
  } finally {
    lock.release()
  }
}

async function moveLocked(
  { gitDir, refs, by, clock }: PackedMoveDeps,
  updates: readonly RefUpdate[],
  shared: SharedLock,
): Promise<Map<RefUpdate, RefOutcome>> {
  const packed = parsePackedRefs(textOf(packedPath(gitDir)))
  // The long part, before any ref is locked: git gives up after waiting for a lock for 100 ms.
  const draft = join(lockFolder(gitDir), ownName('packed-refs.new'))
  const ready: Ready[] = []
  try {
    await writeDraft(draft, packed, updates)
    await inSlices(updates, (update) => {
      const { ref, from, to, message } = update
      if (!shared.take(ref)) return
      const loose = refs.readLoose(ref)
      const found = loose ? loose.kind === 'oid' && loose.oid : (packed.oidOf(ref) ?? null)
      const move = { from, to, by, atMs: clock.now(), message }
      const isAsExpected = found === from && (from !== null || isFree(gitDir, packed, ref))
      const append = from === null ? () => () => {} : () => appendReflog(gitDir, ref, move)
      const takeBackLine = isAsExpected ? lineOf(append) : undefined
      if (takeBackLine) ready.push({ update, isLoose: loose !== undefined, takeBackLine })
      else shared.release(ref)
    })
    if (ready.length === 0) return new Map()
    if (ready.length < updates.length) {
      const left = ready.map(({ update }) => update)
      await writeDraft(draft, packed, left)
    }
    renameSync(draft, packedPath(gitDir))
  } catch (error) {
    for (const { takeBackLine } of ready) takeBackLine()
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return uncover(gitDir, ready, shared)
}

/** Whether nothing keeps a new ref from its name: no ref's name is a folder of it, and it is none of another's. */
function isFree(gitDir: string, packed: PackedRefs, ref: RefName): boolean {
  // Also where the folder is empty: whoever makes the ref by itself removes that.
  if (packed.hasBelow(ref) || existsSync(join(gitDir, ref))) return false
  const parts = ref.split('/')
  // One that is a file has kept us from the lock already.
  return parts.slice(3).every((_, i) => packed.oidOf(parts.slice(0, i + 3).join('/')) === undefined)
}

/** Removes the files that hide what is packed now, once that is on the disk. */
async function uncover(
  gitDir: string,
  ready: readonly Ready[],
  shared: SharedLock,
): Promise<Map<RefUpdate, RefOutcome>> {
  const failure = await failureOf(() => syncPath(gitDir))
  const outcomes = new Map<RefUpdate, RefOutcome>()
  const folders = new Set<string>()
  await inSlices(ready, ({ update, isLoose, takeBackLine }) => {
    const path = join(gitDir, update.ref)
    const failed = failure ?? (isLoose ? unlinked(path) : undefined)
    if (failed && isLoose) takeBackLine()
    else if (isLoose) folders.add(dirname(path))
    outcomes.set(update, failed ?? { kind: 'moved' })
    shared.release(update.ref)
  })
  const unsynced = await failureOf(() => Promise.all([...folders].map(syncPath)))
  if (unsynced) for (const { update, isLoose } of ready) if (isLoose) outcomes.set(update, unsynced)
  return outcomes
}

async function writeDraft(path: string, packed: PackedRefs, updates: readonly RefUpdate[]): Promise<void> {
  rmSync(path, { force: true })
  const text = packed.with(new Map(updates.map(({ ref, to }) => [ref, to])))
  await writeSynced(path, Buffer.from(text, 'latin1'), 0o666)
  // A time that no other file has, and that lies back: whoever knows files by their times (refs.ts, and git) neither takes
  // this one for another, nor has to wait until it is older than a tick of the clock.
  const modified = (Date.now() - 1_000 + Math.random()) / 1_000
  utimesSync(path, modified, modified)
}

const packedPath = (gitDir: string): string => join(gitDir, PACKED_REFS)

/** Several repositories may share the file that a link leads to. */
const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false

/** `''` where there is none. @throws where it cannot be read */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw error
  }
}

/** Undefined where the log cannot be written: whoever moves the ref by itself says why. */
function lineOf(append: () => () => void): (() => void) | undefined {
  try {
    return append()
  } catch {
    return undefined
  }
}

function unlinked(path: string): RefOutcome | undefined {
  try {
    unlinkSync(path)
    return undefined
  } catch (cause) {
    return { kind: 'failed', cause }
  }
}

const failureOf = (work: () => Promise<unknown>): Promise<RefOutcome | undefined> =>
  work().then(
    () => undefined,
    (cause: unknown): RefOutcome => ({ kind: 'failed', cause }),
  )
