/**
 * Going back, always forward: a new commit whose files are those of an earlier one, or that undoes one commit by the
 * inverse merge. History is never rewritten, and what was served before can be had again in the same way.
 */
import type { Origin } from '../access/actor.ts'
import type { CommitRequest, CommitResult, CommitService, Preview } from '../commits/commit-service.ts'
import type { Identity } from '../git/objects/commit-bytes.ts'
import type { HistoryRepository } from '../history/repository.ts'
import type { Revisions } from '../history/revisions.ts'
import { AppError } from '../kernel/errors.ts'
import type { Oid, TenantId } from '../kernel/ids.ts'
import { inverseChanges } from './inverse.ts'
import type { TreeFiles } from './tree-files.ts'

export type RollbackRequest = {
  tenant: TenantId
  /** The files as they were at this commit, or without what this commit changed. */
  goal: { kind: 'to'; revision: string } | { kind: 'revert'; commit: string }
  message: string | undefined
  isDryRun: boolean
  origin: Origin
}

export type Rollbacks = {
  /**
   * @throws AppError `parameter-invalid`, `revision-not-found`, `revert-conflict`, and what `CommitService.commit` throws
   */
  run(request: RollbackRequest): Promise<CommitResult | Preview>
}

export function createRollbacks({
  revisions,
  repository,
  files,
  treeOf,
  commits,
  headOf,
  authorOf,
}: {
  revisions: Revisions
  repository: Pick<HistoryRepository, 'changes' | 'commits'>
  files: TreeFiles
  treeOf(commit: Oid): Promise<Oid>
  commits: CommitService
  headOf(tenant: TenantId): Oid
  authorOf(origin: Origin): Promise<Identity>
}): Rollbacks {
  /** Only what the branch itself reaches: that main has moved on is nothing to go back to. */
  async function resolve(head: Oid, text: string, what: string): Promise<Oid> {
    if (!OWN_REVISION.test(text)) {
      throw new AppError('parameter-invalid', {
        detail: `${what} must be an id of at least 4 hexadecimal digits from GET /api/v1/history, or head~n.`,
      })
    }
    return revisions.resolve({ head, trunk: head }, text, what)
  }

  async function requestOf({ tenant, goal, message, origin }: RollbackRequest): Promise<CommitRequest> {
    const head = headOf(tenant)
    const common = { tenant, origin, author: await authorOf(origin), expectedHead: head }
    if (goal.kind === 'to') {
      const revision = await resolve(head, goal.revision, 'to')
      const subject = (await repository.commits([revision]))[0]?.subject ?? ''
      return {
        ...common,
        tree: await treeOf(revision),
        message: message ?? `Roll back to ${revision.slice(0, 12)}\n\nThe files are those of "${subject}" again.`,
        trailers: [['Rollback-To', revision]],
      }
    }
    const commit = await resolve(head, goal.commit, 'revert')
    const [node] = await repository.commits([commit])
    const parent = node?.parents[0]
    if (parent === undefined) {
      throw new AppError('revert-conflict', {
        detail: `${commit} is the first commit of all; there is nothing before it to go back to.`,
      })
    }
    const changed = (
      await repository.changes([{ from: await treeOf(commit), to: await treeOf(parent) }], { renames: false })
    )[0]
    return {
      ...common,
      changes: await inverseChanges({ head, commit, changed: changed ?? [], files }),
      message: message ?? `Revert "${node?.subject ?? commit}"\n\nThis reverts commit ${commit}.`,
      trailers: [['Reverts', commit]],
    }
  }

  return {
    async run(request) {
      const commit = await requestOf(request)
      return request.isDryRun ? commits.preview(commit) : commits.commit(commit)
    },
  }
}

const OWN_REVISION = /^(?:head|[0-9a-f]{4,40})(?:~\d{1,5})?$/
