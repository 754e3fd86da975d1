/**
 * What a process that was killed, or a machine that lost its power, has left of commits: what was noted is done again where
 * memory took it along, and comes to the disk. A commit that its branch has is told to the trail, one that it has not was
 * never answered and is forgotten.
 * Invariant: doing it again twice comes to the same; a branch that somebody has moved on stays.
 */
import type { Oid, RefName, TenantId } from '../kernel/ids.ts'
import type { CommitJournal, LeftGroup } from './journal.ts'
import type { LastingRepository } from './repository.ts'
import { keep } from './write-behind.ts'

export type RecoveryDeps = {
  journal: CommitJournal
  repository: LastingRepository
  refOf(tenant: TenantId): RefName
  /** Whether the branch has the commit. */
  contains(ref: RefName, revision: Oid): Promise<boolean>
  /** Told of a branch that could not be brought back, and why; the next start tries again. */
  onLost(ref: RefName, reason: unknown): void
}

/** Brings to the repository what the journal still holds, and lets go of it. To be called before anything is served. */
export async function recoverCommits(deps: RecoveryDeps): Promise<void> {
  const { journal, repository, refOf, contains, onLost } = deps
  const groups = await journal.left()
  if (groups.length === 0) return
  await keep(
    groups.map((group) => ({ ...group, moves: [] })),
    deps,
  )
  const lost = new Set<TenantId>()
  for (const [tenant, { from, to }] of lostMoves(groups)) {
    const outcome = await repository.bringBack(refOf(tenant), from, to)
    if (outcome.kind === 'moved' || outcome.kind === 'stale') continue
    lost.add(tenant)
    onLost(refOf(tenant), outcome)
  }
  const whole = groups.filter(({ moves }) => !moves.some(({ tenant }) => lost.has(tenant)))
  await keep(
    whole.map((group) => ({ ...group, objects: [], pack: null })),
    deps,
  )
  for (const { tenant, revision } of whole.flatMap(({ unsettled }) => unsettled)) {
    const fate = (await contains(refOf(tenant), revision)) ? 'made' : 'dropped'
    await journal.settle([{ tenant, revision, fate }])
  }
  await journal.forget(whole.map(({ id }) => id))
}

/** Of each tenant the values that its branch has had, and the last one, where memory may have taken it along. */
function lostMoves(groups: readonly LeftGroup[]): Map<TenantId, { from: ReadonlySet<Oid>; to: Oid }> {
  const found = new Map<TenantId, { from: ReadonlySet<Oid>; to: Oid }>()
  for (const { memory, moves } of groups) {
    if (memory === 'kept') continue
    for (const { tenant, from, to } of moves)
      found.set(tenant, { from: new Set([...(found.get(tenant)?.from ?? []), from]), to })
  }
  return found
}
