/**
 * What a run asks of the planner, of the writer of commits and of the branches, in the words of a run.
 * Invariant: nothing here moves a branch but `move`, and that only from the commit that was named.
 */
import type { Oid, RefName, TenantId } from '../../kernel/ids.ts'
import type { Merged, PlannedTenant, Target } from '../plan/plan.ts'

export type Merging = {
  /** The commit that `revision` names; undefined where it names none. Any text. */
  commitOf(revision: string): Promise<Oid | undefined>
  /** The head of a branch; undefined where it is missing or no plain branch. */
  headOf(ref: RefName): Oid | undefined
  /** Whether `commit` is `head` or one of its ancestors. */
  contains(head: Oid, commit: Oid): Promise<boolean>
  /** What merging `trunk` into each of them would give. Nothing is written. */
  plan(trunk: Oid, targets: readonly Target[]): AsyncIterable<PlannedTenant>
  treeOf(commit: Oid): Promise<Oid>
  /** Signed commits with all they need, durable when it resolves, and kept from `git gc` until they are released. */
  write(commits: readonly RunCommit[], keep: string): Promise<{ oids: ReadonlyMap<TenantId, Oid>; release(): void }>
  /**
   * Compare-and-swap, each by itself; outcomes in the order of the moves.
   * @throws where the disk refuses; then each branch has moved or not
   */
  move(moves: readonly Move[]): Promise<readonly MoveOutcome[]>
  /** Lets `git gc` have what killed processes kept. */
  releaseAbandoned(): void
}

export type RunCommit = {
  tenant: TenantId
  tree: Oid
  parents: readonly Oid[]
  message: string
  objects: Merged['objects']
}

export type Move = { ref: RefName; from: Oid; to: Oid; message: string }

export type MoveOutcome =
  | { kind: 'moved' }
  | { kind: 'stale' }
  | { kind: 'locked' }
  /** It can never be moved so, such as a symbolic ref. */
  | { kind: 'refused'; reason: string }
  /** Somebody has the branch checked out with changes of their own in the way. */
  | { kind: 'checked-out-dirty'; paths: readonly string[] }
