/** Everything that can be asked of a tenant's history, put together over a repository. */
import type { Oid } from '../kernel/ids.ts'
import { headOf, type Served } from '../snapshots/snapshot.ts'
import { type Comparison, createComparison } from './compare.ts'
import { createHistory, type History } from './history.ts'
import type { HistoryRepository } from './repository.ts'
import { createRevisions, type Tips } from './revisions.ts'
import type { Signers } from './signature.ts'

export type TenantHistory = History &
  Comparison & {
    /** Where the branch, valid or not, and the trunk stand. @throws AppError `repository-failed` without a trunk */
    tipsOf(served: Served): Tips
  }

export function openTenantHistory(deps: {
  repository: HistoryRepository
  signers: () => Promise<Signers>
  trunkHead: () => Oid
}): TenantHistory {
  const revisions = createRevisions(deps.repository)
  return {
    ...createHistory({ ...deps, revisions }),
    ...createComparison({ ...deps, revisions }),
    tipsOf: (served) => ({ head: headOf(served), trunk: deps.trunkHead() }),
  }
}
