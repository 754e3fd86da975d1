/**
 * What a killed process left noted: a commit that its branch has is told to the trail, one that it has not was never
 * answered and is forgotten.
 * Invariant: what another process may have under way now is left to it.
 */
import type { Oid, RefName, TenantId } from '../kernel/ids.ts'
import type { CommitJournal } from './journal.ts'

/** No commit takes that long from its note to its branch. */
const UNDER_WAY_MS = 60_000

export type LeftoverDeps = {
  journal: CommitJournal
  refOf(tenant: TenantId): RefName
  /** Whether the branch has the commit. */
  contains(ref: RefName, revision: Oid): Promise<boolean>
  clock: { now(): number }
}

export async function settleLeftCommits({ journal, refOf, contains, clock }: LeftoverDeps): Promise<void> {
  for (const { tenant, revision, notedAt } of await journal.unsettled()) {
    if (await contains(refOf(tenant), revision)) await journal.settle([{ tenant, revision, fate: 'made' }])
    else if (clock.now() - notedAt.getTime() > UNDER_WAY_MS) {
      await journal.settle([{ tenant, revision, fate: 'dropped' }])
    }
  }
}
