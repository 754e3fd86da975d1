/** One tenant within one run, as it is kept. Pure data. */
import type { Oid, TenantId } from '../../kernel/ids.ts'
import type { FileProblem } from '../../snapshots/snapshot.ts'
import type { Change, Conflict } from '../plan/plan.ts'
import type { TenantRunState } from './tenant-state.ts'

export type RunTenant = {
  tenant: TenantId
  wave: number
  state: TenantRunState
  /** The commit of its branch that it was planned on, or merged into. */
  head: Oid
  /** Where branch and trunk parted, as the merge saw it. */
  base: Oid | null
  /** The merge commit, once it is written. */
  merge: Oid | null
  /** The commit that takes the merge back, once it is written. */
  revert: Oid | null
  /** How often its branch moved while it was to be applied. */
  attempts: number
  /** Why it stands where it stands, where that is not plain. */
  note: string | null
  /** What the merge changes, and what would be wrong with it. */
  changes: readonly Change[]
  problems: readonly FileProblem[]
  mirror: Mirror
}

/** Where the push of its branch to the remote stands; `none` where there is no remote, or nothing to push. */
export type Mirror = 'none' | 'due' | 'pushed' | 'refused'

/** What a plan says of a tenant, ready to be kept. */
export type PlannedRunTenant = RunTenant & { conflicts: readonly Conflict[] }
