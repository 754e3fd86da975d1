/**
 * The port to what is kept of runs. Whatever a person asked for is audited in the transaction that writes it.
 * Invariant: a run is changed only over the version that was decided on, so of two processes that decide at once one has
 * to look again.
 */
import type { Origin } from '../../access/actor.ts'
import type { Oid, TenantId } from '../../kernel/ids.ts'
import type { Json } from '../../kernel/json.ts'
import type { RunEvent } from './event.ts'
import type { ConflictCluster, Resolution } from './resolution.ts'
import type { Run, RunStatus } from './run.ts'
import type { Mirror, PlannedRunTenant, RunTenant } from './run-tenant.ts'
import type { Counts, TenantRunState } from './tenant-state.ts'

/** Somebody's act, for the audit trail: `rollout.` and a past participle. */
export type RunAct = { action: `rollout.${string}` | 'conflict.resolved'; origin: Origin; detail?: Json }

export type RunChange = Partial<Omit<Run, 'id' | 'trunk' | 'version' | 'createdAt' | 'by'>>

export type TenantQuery = {
  run: string
  states?: readonly TenantRunState[]
  /** Only those of this wave and the ones before it. */
  upToWave?: number
  /** Only those whose id comes after this one. */
  after?: string
  tenants?: readonly TenantId[]
  limit?: number
}

/** Where the merge base of a tenant and the trunk is not what a merge may start from: the merge was taken back. */
export type ReapplyBase = {
  tenant: TenantId
  /** The merge base that Git finds, and that would lose the change of the trunk. */
  insteadOf: Oid
  base: Oid
}

export type RunStore = {
  create(run: Run, act: RunAct): Promise<void>
  find(id: string): Promise<Run | undefined>
  /** Newest first; those before `before`. */
  list(page: { before: string | undefined; limit: number; statuses?: readonly RunStatus[] }): Promise<Run[]>
  /** Runs that go on by themselves, oldest first. */
  underWay(): Promise<Run[]>
  /** Runs, of whatever status, with tenants in the journal. */
  journaled(): Promise<Run[]>
  /** Writes `change` over `run` with an event, and whatever comes with it, in one transaction. */
  change(run: Run, change: RunChange, also?: ChangeTerms): Promise<Changed>

  /** Replaces what was planned of these tenants, conflicts with it: of each at once, of thousands in parts. */
  keepPlans(run: string, tenants: readonly PlannedRunTenant[]): Promise<void>
  tenants(query: TenantQuery): Promise<RunTenant[]>
  /** By state; of one wave, or of the whole run. */
  counts(run: string, wave?: number): Promise<Counts>
  /** Writes these rows; when it resolves they survive a power cut. Before refs are moved. */
  journal(run: string, tenants: readonly RunTenant[]): Promise<void>
  /** Writes these rows and an event with the counts. After refs were moved. */
  settle(run: Run, tenants: readonly RunTenant[], terms?: SettleTerms): Promise<void>

  /** Ids of runs with branches that are still to be pushed. */
  runsToMirror(): Promise<string[]>
  dueForMirror(run: string, limit: number): Promise<RunTenant[]>
  /** Writes how pushes went; what else a row says stays. */
  noteMirror(run: string, tenants: readonly Mirrored[]): Promise<void>
  mirrorCounts(run: string): Promise<Record<Mirror, number>>

  events(run: string, after: number, limit: number): Promise<RunEvent[]>

  reapplyBases(tenants: readonly TenantId[]): Promise<ReapplyBase[]>

  /** Clusters of runs that are not over, those with most tenants first. */
  clusters(run?: string): Promise<ConflictCluster[]>
  resolutions(): Promise<Resolution[]>
  resolve(resolutions: readonly Resolution[], act: RunAct): Promise<void>
}

/** @param note why, where the remote refused */
export type Mirrored = { tenant: TenantId; mirror: Mirror; note: string | null }

export type ChangeTerms = {
  act?: RunAct
  /** Tenants that change with it. */
  tenants?: readonly { from: TenantQuery; to: TenantRunState }[]
  /** Whether it lets the run out: not while another one that holds one of its tenants is out. */
  isLetOut?: true
}

/** Nothing was written unless it is `changed`. */
export type Changed =
  | { kind: 'changed'; run: Run }
  /** Somebody else changed the run meanwhile. */
  | { kind: 'outdated' }
  | { kind: 'busy'; run: string; tenants: readonly TenantId[] }

export type SettleTerms = {
  reapply?: ReapplyChange
  /** Rows that are in another state by now stay as they are: a person has decided about them. */
  onlyFrom?: TenantRunState
}

/** What a wave means for the bases of later merges. */
export type ReapplyChange = { keep: readonly ReapplyBase[]; forget: readonly TenantId[] }
