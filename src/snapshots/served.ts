/**
 * What each tenant is served: the way from a branch's head to a snapshot. THE HOT PATH.
 *
 * A request reads the ref (1 to 2 us, see git/refs.ts). Same commit as last time: the answer in memory stands. Another
 * one: its tree is built, once for all who ask. A head that does not validate leaves the last good snapshot in place,
 * which is remembered on disk (standings.ts) for after a restart.
 * Invariants: the answer belongs to the commit that the ref held when it was asked; one tenant's state is reached only
 * through its own ref; an older answer that arrives late never replaces a newer one; what was thrown out of memory comes
 * back as it was.
 */
import { LRUCache } from 'lru-cache'
import { ObjectUnreadable } from '../git/objects/object-unreadable.ts'
import type { GitObjects } from '../git/objects/objects.ts'
import type { RefReader } from '../git/refs/refs.ts'
import type { Clock } from '../kernel/clock.ts'
import { AppError } from '../kernel/errors.ts'
import { type FewAtOnce, fewAtOnce } from '../kernel/few-at-once.ts'
import type { Oid, RefName, TenantId } from '../kernel/ids.ts'
import type { SnapshotBuilder } from './build.ts'
import { createChangeBroadcast, isSame, type ServedChanges } from './changes.ts'
import { wholeFile } from './read-folder.ts'
import { type Refusal, type Served, type Snapshot, snapshotOf } from './snapshot.ts'
import { standingOf } from './standing.ts'
import type { Standings } from './standings.ts'

export type ServedSnapshots = {
  /**
   * What the tenant whose branch is `ref` gets now; undefined where it has no such branch.
   * @throws AppError `repository-failed` where the ref is not a plain commit id
   */
  current(tenant: TenantId, ref: RefName): Served | undefined | Promise<Served>
  /**
   * Runs `work`, in which each tenant's ref is looked at once: for requests that had all arrived before it began, and so
   * may be told what the ref held since.
   */
  together(work: () => void): void
  /**
   * Takes in that the tenant's branch was moved to `head`: it counts as served, so that it is the last good one also where
   * somebody breaks the branch before anybody has asked.
   */
  moved(tenant: TenantId, head: Oid): Promise<Served>
  /** The content of any commit, not kept for a tenant. */
  at(revision: Oid): Promise<Served>
  changes: ServedChanges
}

type State = {
  /** The commit that `served` answers for; null where it could not be read, so that the next request tries again. */
  head: Oid | null
  served: Served
  /** The order in which heads were read: the later one wins. */
  order: number
  lastGood: Good | undefined
  /** The last call of `together` in which the ref was found at `head`. */
  seenIn: number
}

type Good = { snapshot: Snapshot; bytes: number }

/** About what a tenant takes beside its content: its state, its ref and their names. */
const STATE_BYTES = 1_500

/**
 * Heads that are read at once. Two or three keep this process busy while git looks for objects; each further one only adds
 * to what arrives within one turn of the event loop, and all of that is in the way of the others' requests.
 */
const READS_AT_ONCE = 3

/** @param maxBytes of the snapshots in memory; the least recently asked for are thrown out */
export function createServedSnapshots({
  refs,
  objects,
  builder,
  standings,
  clock,
  maxBytes,
}: {
  refs: RefReader
  objects: GitObjects
  builder: SnapshotBuilder
  standings: Pick<Standings, 'find' | 'note'>
  clock: Pick<Clock, 'now'>
  maxBytes: number
}): ServedSnapshots {
  const states = new LRUCache<TenantId, State>({ maxSize: maxBytes })
  const loading = new Map<TenantId, { head: Oid; served: Promise<Served> }>()
  const changes = createChangeBroadcast()
  /** Calls of `together` so far, and the one that is under way: 0 = none. */
  let turns = 0
  let turn = 0
  const few = fewAtOnce(READS_AT_ONCE)
  let reads = 0

  function together(work: () => void): void {
    turns += 1
    turn = turns
    try {
      work()
    } finally {
      turn = 0
    }
  }

  function current(tenant: TenantId, ref: RefName): Served | undefined | Promise<Served> {
    const known = states.get(tenant)
    if (known && turn !== 0 && known.seenIn === turn) return known.served
    const state = refs.read(ref)
    if (state.kind === 'missing') return undefined
    if (state.kind === 'odd') throw new AppError('repository-failed', { detail: state.detail, data: { tenant } })
    if (known?.head !== state.oid) return loaded(tenant, state.oid)
    known.seenIn = turn
    return known.served
  }

  /** Concurrent misses of one head are one load; whatever wakes, few are under way. */
  function loaded(tenant: TenantId, head: Oid, inTurn: FewAtOnce = few): Promise<Served> {
    const underWay = loading.get(tenant)
    if (underWay?.head === head) return underWay.served
    const entry = { head, served: inTurn(() => load(tenant, head)) }
    loading.set(tenant, entry)
    const forget = (): void => {
      if (loading.get(tenant) === entry) loading.delete(tenant)
    }
    entry.served.then(forget, forget)
    return entry.served
  }

  async function load(tenant: TenantId, head: Oid): Promise<Served> {
    reads += 1
    const order = reads
    const read = await readCommit(head)
    const isLost = read.kind !== 'good' && states.get(tenant)?.lastGood === undefined
    const recalled = isLost ? await recall(tenant) : undefined
    // Only now: whoever read a later head may have come to an end first.
    const known = states.get(tenant)
    const good = read.kind === 'good' ? read : (known?.lastGood ?? recalled)
    const served = answerFor(read, good?.snapshot)
    if (known !== undefined && known.order > order) return served
    if (!isSame(known?.served, served)) {
      standings.note(standingOf(tenant, served, clock.now()))
      changes.tell({ tenant, before: known?.served, served })
    }
    const state: State = { head: read.kind === 'unreadable' ? null : head, served, order, lastGood: good, seenIn: 0 }
    states.set(tenant, state, { size: STATE_BYTES + (good?.bytes ?? 0) })
    return served
  }

  /** What answered last, from before this process, or before it was thrown out of memory. */
  async function recall(tenant: TenantId): Promise<Good | undefined> {
    const good = (await standings.find(tenant))?.good
    const read = good ? await readCommit(good) : undefined
    return read?.kind === 'good' ? read : undefined
  }

  async function readCommit(revision: Oid): Promise<Read> {
    try {
      const root = await objects.rootOf(revision)
      const built = await builder.build(root.oid, root.entries)
      if (built.kind === 'refused') return { kind: 'refused', refused: { revision, problems: built.problems } }
      return { kind: 'good', snapshot: snapshotOf(built.content, revision), bytes: built.bytes }
    } catch (error) {
      if (!(error instanceof ObjectUnreadable)) throw error
      const problem = wholeFile('', 'object-unreadable', `${error.message}. Restore it, or reset the branch.`)
      return { kind: 'unreadable', refused: { revision, problems: [problem] } }
    }
  }

  return {
    current,
    together,
    // Its content was made for the commit, and whoever committed waits: not behind those that wake.
    moved: (tenant, head) => loaded(tenant, head, (work) => work()),
    at: async (revision) => answerFor(await readCommit(revision), undefined),
    changes,
  }
}

type Read =
  | ({ kind: 'good' } & Good)
  | { kind: 'refused'; refused: Refusal }
  /** An object is missing or damaged. */
  | { kind: 'unreadable'; refused: Refusal }

function answerFor(read: Read, lastGood: Snapshot | undefined): Served {
  if (read.kind === 'good') return { kind: 'live', snapshot: read.snapshot }
  if (lastGood) return { kind: 'degraded', snapshot: lastGood, refused: read.refused }
  return { kind: 'invalid', refused: read.refused }
}
