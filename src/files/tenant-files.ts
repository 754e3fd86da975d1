/** Everything that can be done with the files of tenants, put together. */
import type { Origin } from '../access/actor.ts'
import type { AuditEntry } from '../audit/entry.ts'
import type { CommitService } from '../commits/commit-service.ts'
import type { GitObjects } from '../git/objects/objects.ts'
import type { HistoryRepository } from '../history/repository.ts'
import { createRevisions } from '../history/revisions.ts'
import type { Oid, TenantId } from '../kernel/ids.ts'
import { auditedCommits } from './audited-commits.ts'
import { type AuthorSources, authorOf } from './author.ts'
import { createRollbacks, type Rollbacks } from './rollback.ts'
import { createTreeFiles, type TreeFiles } from './tree-files.ts'
import { createFileWriter, type FileWriter } from './write-files.ts'

export type TenantFiles = {
  tree: TreeFiles
  writer: FileWriter
  rollbacks: Rollbacks
  /** @throws AppError `tenant-branch-missing`, `repository-failed` */
  headOf(tenant: TenantId): Oid
}

export function openTenantFiles({
  objects,
  history,
  headOf,
  authors,
  ...deps
}: {
  objects: GitObjects
  commits: CommitService
  history: HistoryRepository
  headOf(tenant: TenantId): Oid
  authors: AuthorSources
  record(entry: AuditEntry): Promise<void>
  onProblem(revision: string, error: unknown): void
}): TenantFiles {
  const tree = createTreeFiles(objects)
  const common = {
    files: tree,
    commits: auditedCommits(deps.commits, deps),
    headOf,
    authorOf: ({ actor }: Origin) => authorOf(actor, authors),
  }
  return {
    tree,
    headOf,
    writer: createFileWriter(common),
    rollbacks: createRollbacks({
      ...common,
      revisions: createRevisions(history),
      repository: history,
      treeOf: (commit) => objects.treeOf(commit),
    }),
  }
}
