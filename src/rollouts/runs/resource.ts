/** Runs, their tenants, conflicts and holds as bodies have them. Pure. */
import type { TenantHold } from './hold.ts'
import type { RunPlan } from './plan-run.ts'
import type { ConflictCluster } from './resolution.ts'
import type { PlannedRunTenant, RunTenant } from './run-tenant.ts'
import { countsOf, type TenantRunState } from './tenant-state.ts'
import type { RunView } from './view.ts'
import { type WaveSpec, waveText } from './waves.ts'

const instant = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString())

const wavesResource = (waves: readonly WaveSpec[]) =>
  waves.map((wave) => {
    const { kind: _, ...rest } = wave
    return { ...rest, title: waveText(wave, waves.length === 1) }
  })

export const runResource = ({ run, counts, wave, remote, actions }: RunView) => ({
  id: run.id,
  status: run.status,
  reason: run.reason,
  from: run.trunk,
  plan: run.plan,
  select: run.select,
  waves: wavesResource(run.waves),
  wave: { index: run.wave, ...wave, startedAt: instant(run.waveStartedAt), gateAt: instant(run.gateAt) },
  approval: run.approval,
  thresholds: run.thresholds,
  startAt: instant(run.startAt),
  counts,
  remote,
  actions,
  by: run.by,
  createdAt: instant(run.createdAt),
  updatedAt: instant(run.updatedAt),
  startedAt: instant(run.startedAt),
  finishedAt: instant(run.finishedAt),
  version: run.version,
})

export const tenantRunResource = (row: RunTenant) => ({
  tenant: row.tenant,
  wave: row.wave,
  state: row.state,
  ...(row.note === null ? {} : { reason: row.note }),
  head: row.head,
  ...(row.merge === null ? {} : { merge: row.merge }),
  ...(row.revert === null ? {} : { revert: row.revert }),
  files: row.changes,
  ...(row.problems.length === 0 ? {} : { errors: row.problems }),
  ...(row.mirror === 'none' ? {} : { remote: row.mirror }),
})

const plannedResource = (row: PlannedRunTenant) => ({
  ...tenantRunResource(row),
  ...(row.conflicts.length === 0 ? {} : { conflicts: row.conflicts }),
})

export function previewResource(from: string, { hash, tenants, waves }: RunPlan) {
  const found: Partial<Record<TenantRunState, number>> = {}
  for (const { state } of tenants) found[state] = (found[state] ?? 0) + 1
  return {
    from,
    plan: hash,
    waves: wavesResource(waves),
    counts: countsOf(found),
    tenants: tenants.map(plannedResource),
  }
}

export const clusterResource = ({ run, conflict, tenants }: ConflictCluster) => ({ ...conflict, rollout: run, tenants })

export const holdResource = ({ tenant, reason, until, by, at }: TenantHold) => ({
  tenant,
  reason,
  until: until?.toISOString() ?? null,
  by,
  at: at.toISOString(),
})
