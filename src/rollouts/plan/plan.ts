/**
 * What a rollout would do to a tenant's branch, decided before anything moves.
 * Invariants: a function of refs and objects alone, so that the same heads give the same plan, down to the ids of the
 * trees; a tenant's plan depends on no other tenant's branch; the tree of a `clean` or `structural` one validates.
 */
import type { Oid, RefName, TenantId } from '../../kernel/ids.ts'
import type { FileProblem } from '../../snapshots/snapshot.ts'
import type { ConflictKind } from '../merge/result.ts'

/** A tenant that a rollout is for, at the commit that its branch held when the refs were listed. */
export type Target = {
  tenant: TenantId
  ref: RefName
  head: Oid
  /** What keeps it out of this rollout; null = nothing. */
  hold: Hold | null
  /** Where the merge starts from another base than Git finds, because an earlier one was taken back; null = Git's. */
  reapply: { insteadOf: Oid; base: Oid } | null
  /** What was decided about conflicts, by fingerprint. */
  decisions: Decisions
}

export type Decisions = ReadonlyMap<string, Choice>

export type Choice =
  /** As the trunk has it. */
  | { kind: 'main' }
  /** As the tenant has it. */
  | { kind: 'tenant' }
  /** This text in the place of both: JSON or YAML source for a value, lines for a piece of text. */
  | { kind: 'value'; text: string }

export type Hold = {
  reason: string
  /** When it ends by itself; null = never. */
  until: Date | null
}

export type PlannedTenant = Pick<Target, 'tenant' | 'ref' | 'head'> & {
  /** What the merge started from; null where branch and trunk have no common commit, or several independent ones. */
  base: Oid | null
  outcome: Outcome
}

export type Outcome =
  /** The branch has the trunk's commit already. */
  | { kind: 'noop' }
  | { kind: 'held'; hold: Hold }
  /** Every file was changed by one side only, or as `git merge` merges it. */
  | { kind: 'clean'; merged: Merged }
  /** At least one file was changed by both sides and is merged by structure, in another text than Git's. */
  | { kind: 'structural'; merged: Merged; paths: readonly string[] }
  /** Two people disagree: nothing is written until somebody decides. */
  | { kind: 'conflict'; conflicts: readonly Conflict[] }
  /** The merge is clean, and the tree that it gives does not validate. */
  | Invalid

export type Invalid = {
  kind: 'invalid'
  merged: Merged
  /** Errors of the merged tree that the tenant's head does not have: those that the merge would cause. */
  caused: readonly FileProblem[]
  /** Errors that the tenant's head has as well. */
  present: readonly FileProblem[]
}

export type Merged = {
  tree: Oid
  /** What differs from the tenant's head, by path. */
  changes: readonly Change[]
  /** What of `tree` the merge made, and nobody has written yet; tenants with equal ones share them. */
  objects: readonly MadeObject[]
}

export type MadeObject = { type: 'tree' | 'blob'; oid: Oid; bytes: Uint8Array }

/** A path of the tenant's branch that the merge would change. */
export type Change = { path: string; change: 'added' | 'changed' | 'deleted' }

/** Disagreements over a whole path, or the whole branch, beside those over the content of a file. */
export type PathConflictKind =
  | 'path-edit-delete'
  | 'path-add-add'
  | 'path-type'
  | 'path-rename'
  | 'binary'
  | 'no-common-commit'

/** One disagreement. Values are source texts, or null where that side has nothing there or none can be shown. */
export type Conflict = {
  /** The file; `''` for the branch as a whole. */
  path: string
  /** RFC 6901, into the file's value; `''` for the file as a whole. */
  pointer: string
  kind: ConflictKind | PathConflictKind
  base: string | null
  /** The tenant's. */
  ours: string | null
  /** The trunk's. */
  theirs: string | null
  /** Equal for equal disagreements, of whichever tenants. */
  fingerprint: string
}
