/**
 * What each tenant is served: the way from a branch's head to a snapshot. THE HOT PATH.
 *
 * A request reads the ref (1 to 2 us, see git/refs.ts). Same commit as last time: the answer in memory stands. Another
 * one: its tree is built, once for all who ask. A head that does not validate leaves the last good snapshot in place.
 * Invariants: the answer belongs to the commit that the ref held when it was asked; one tenant's state is reached only
 * through its own ref; an older answer that arrives late never replaces a newer one.
 */
import { ObjectUnreadable } from '../git/object-unreadable.ts'
import type { GitObjects } from '../git/objects.ts'
import type { RefReader } from '../git/refs.ts'
import { AppError } from '../kernel/errors.ts'
import type { Oid, RefName, TenantId } from '../kernel/ids.ts'
import type { SnapshotBuilder } from './build.ts'
import { wholeFile } from './read-folder.ts'
import type { Refusal, Served, Snapshot } from './snapshot.ts'

export type ServedSnapshots = {
  /**
   * What the tenant whose branch is `ref` gets now; undefined where it has no such branch.
   * @throws AppError `repository-failed` where the ref is not a plain commit id
   */
  current(tenant: TenantId, ref: RefName): Served | undefined | Promise<Served>
  /** The content of any commit, not kept for a tenant. */
  at(revision: Oid): Promise<Served>
}

type State = {
  /** The commit that `served` answers for. */
  head: Oid
  served: Served
  /** The order in which heads were read: the later one wins. */
  order: number
  lastGood: { snapshot: Snapshot; order: number } | undefined
}

export function createServedSnapshots({
  refs,
  objects,
  builder,
}: {
  refs: RefReader
  objects: GitObjects
  builder: SnapshotBuilder
}): ServedSnapshots {
  const states = new Map<TenantId, State>()
  let reads = 0

  function current(tenant: TenantId, ref: RefName): Served | undefined | Promise<Served> {
    const state = refs.read(ref)
    if (state.kind === 'missing') return undefined
    if (state.kind === 'odd') throw new AppError('repository-failed', { detail: state.detail, data: { tenant } })
    const known = states.get(tenant)
    if (known?.head === state.oid) return known.served
    return load(tenant, state.oid)
  }

  async function load(tenant: TenantId, head: Oid): Promise<Served> {
    reads += 1
    const order = reads
    const read = await readCommit(head)
    const known = states.get(tenant)
    const good = read.kind === 'good' ? { snapshot: read.snapshot, order } : known?.lastGood
    const served = answerFor(read, good?.snapshot)
    // A failed read may pass (a pack being replaced): it is answered, and tried again by the next request.
    if (read.kind !== 'unreadable' && (known === undefined || known.order < order)) {
      const lastGood = known?.lastGood && good && known.lastGood.order > good.order ? known.lastGood : good
      states.set(tenant, { head, served, order, lastGood })
    }
    return served
  }

  async function readCommit(revision: Oid): Promise<Read> {
    try {
      const built = await builder.build(await objects.treeOf(revision))
      if (built.kind === 'content') return { kind: 'good', snapshot: { ...built.content, revision } }
      return { kind: 'refused', refused: { revision, problems: built.problems } }
    } catch (error) {
      if (!(error instanceof ObjectUnreadable)) throw error
      const problem = wholeFile('', 'object-unreadable', `${error.message}. Restore it, or reset the branch.`)
      return { kind: 'unreadable', refused: { revision, problems: [problem] } }
    }
  }

  return {
    current,
    at: async (revision) => answerFor(await readCommit(revision), undefined),
  }
}

type Read =
  | { kind: 'good'; snapshot: Snapshot }
  | { kind: 'refused'; refused: Refusal }
  /** An object is missing or damaged. */
  | { kind: 'unreadable'; refused: Refusal }

function answerFor(read: Read, lastGood: Snapshot | undefined): Served {
  if (read.kind === 'good') return { kind: 'live', snapshot: read.snapshot }
  if (lastGood) return { kind: 'degraded', snapshot: lastGood, refused: read.refused }
  return { kind: 'invalid', refused: read.refused }
}
