/** Everything that can be done with the files of tenants, put together. */
import type { Origin } from '../access/actor.ts'
import type { CommitService } from '../commits/commit-service.ts'
import type { GitObjects } from '../git/objects/objects.ts'
import type { HistoryRepository } from '../history/repository.ts'
import { createRevisions } from '../history/revisions.ts'
import type { Oid, TenantId } from '../kernel/ids.ts'
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
  commits,
}: {
  objects: GitObjects
  commits: CommitService
  history: HistoryRepository
  headOf(tenant: TenantId): Oid
  authors: AuthorSources
}): TenantFiles {
  const tree = createTreeFiles(objects)
  const common = {
    files: tree,
    commits,
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
