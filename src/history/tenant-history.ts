/** Everything that can be asked of a tenant's history, put together over a repository. */
import type { Oid } from '../kernel/ids.ts'
import { headOf, type Served } from '../snapshots/snapshot.ts'
import { type Comparison, createComparison } from './compare.ts'
import { createHistory, type History } from './history.ts'
import { createProvenance } from './provenance/provenance.ts'
import { createProvenancePages, type ProvenancePages } from './provenance/provenance-page.ts'
import { createVersions } from './provenance/versions.ts'
import type { FileChange, HistoryRepository } from './repository.ts'
import { createRevisions, type Revisions, type Tips } from './revisions.ts'
import type { Signers } from './signature.ts'

export type TenantHistory = History &
  Comparison &
  ProvenancePages &
  Revisions & {
    /** Whether the branch at `tips.head`, or the trunk, reaches `commit`. */
    has(tips: Tips, commit: Oid): Promise<boolean>
    /** The files that differ between two commits that are known to be of one tenant's history. */
    changedFiles(from: Oid, to: Oid): Promise<readonly FileChange[]>
    /** Where the branch, valid or not, and the trunk stand. @throws AppError `repository-failed` without a trunk */
    tipsOf(served: Served): Tips
  }

export function openTenantHistory(deps: {
  repository: HistoryRepository
  signers: () => Promise<Signers>
  trunkHead: () => Oid
}): TenantHistory {
  const { repository } = deps
  const revisions = createRevisions(repository)
  const provenanceOf = createProvenance({ repository, leaves: createVersions(repository) })
  return {
    ...revisions,
    ...createHistory({ ...deps, revisions }),
    ...createComparison({ ...deps, revisions }),
    ...createProvenancePages({ repository, revisions, provenanceOf }),
    has: async (tips, commit) =>
      commit === tips.head || (await repository.reachable([tips.head, tips.trunk])).has(commit),
    async changedFiles(from, to) {
      const [before, after] = await repository.commits([from, to])
      const pair = { from: before?.tree ?? null, to: after?.tree ?? null }
      return (await repository.changes([pair], { renames: true }))[0] ?? []
    },
    tipsOf: (served) => ({ head: headOf(served), trunk: deps.trunkHead() }),
  }
}
