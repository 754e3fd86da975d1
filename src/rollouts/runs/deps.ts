/** What the steps of a run work with. */
import type { Clock } from '../../kernel/clock.ts'
import type { RefName, TenantId } from '../../kernel/ids.ts'
import type { Pace } from '../../kernel/pace.ts'
import type { ServedSnapshots } from '../../snapshots/served.ts'
import type { BranchNames } from '../../tenants/tenant.ts'
import type { Traffic } from './gate.ts'
import type { HoldStore } from './hold-store.ts'
import type { Merging } from './merging.ts'
import type { RunStore } from './store.ts'

export type RunDeps = {
  store: RunStore
  holds: HoldStore
  merging: Merging
  snapshots: Pick<ServedSnapshots, 'current'>
  traffic: TrafficReader
  names: BranchNames
  refOf(tenant: TenantId): RefName
  /** Whether there is a remote that branches are pushed to. */
  mirrors: boolean
  clock: Clock
  /** What each piece of a batch is done by. */
  pace: Pace
}

/** Executions of the tenants of one wave, in a span of time (milliseconds since 1970, the end left out). */
export type TrafficReader = {
  ofWave(run: string, wave: number, span: { from: number; to: number }): Promise<Traffic>
}
