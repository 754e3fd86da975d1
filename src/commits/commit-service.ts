/**
 * Commits on tenants' branches: a set of changed files, or a tree, becomes the branch's next commit, validated by the
 * code that serves it before anything moves. The port; `group-commits.ts` is behind it.
 */
import type { Origin } from '../access/actor.ts'
import type { Identity } from '../git/objects/commit-bytes.ts'
import type { Oid, TenantId } from '../kernel/ids.ts'
import type { FileChange } from './change.ts'

type NextCommit = {
  tenant: TenantId
  message: string
  author: Identity
  /** Who asks, for the audit trail, and the request that the commit names. */
  origin: Origin
  /** Beside `Request-Id`, which every commit gets. */
  trailers?: readonly (readonly [name: string, value: string])[]
}

export type FilesCommit = NextCommit & {
  changes: readonly FileChange[]
  /** The head that the changes were made for; any where absent. */
  expectedHead?: Oid
}

/** `tree` stands in the repository already, and so does all it leads to. */
export type TreeCommit = NextCommit & {
  tree: Oid
  /** The head that `tree` was made for. */
  expectedHead: Oid
  /** Parents beside the head. */
  furtherParents?: readonly Oid[]
}

export type CommitRequest = FilesCommit | TreeCommit

export type CommitResult =
  | { kind: 'committed'; revision: Oid; parent: Oid; changed: readonly string[] }
  /** The files are so already: there is no new commit. */
  | { kind: 'unchanged'; revision: Oid }

/** What a request would come to on the head as it is. */
export type Preview =
  | { kind: 'would-commit'; parent: Oid; changed: readonly string[] }
  | { kind: 'unchanged'; revision: Oid }

export type CommitService = {
  /**
   * What it answers is in Git, on the disk, and what the next request is served. Where it throws nothing has changed.
   * @throws AppError `change-invalid` with every problem of the files as they would be; `precondition-failed`;
   *   `branch-checked-out-dirty` with the paths; `branch-busy`; `storage-full`; `repository-failed`
   */
  commit(request: CommitRequest): Promise<CommitResult>
  /** As `commit`, with the same refusals but for those of the move itself: nothing is written, and nothing moves. */
  preview(request: CommitRequest): Promise<Preview>
  /** Waits for what is under way; what comes later is refused. */
  close(): Promise<void>
}
