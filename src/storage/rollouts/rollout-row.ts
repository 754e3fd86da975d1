/** Runs and their tenants as rows, both ways. Pure. */
import type { Insertable, Selectable } from 'kysely'
import type { Oid, TenantId } from '../../kernel/ids.ts'
import type { Thresholds } from '../../rollouts/runs/gate.ts'
import type { Approval, Run, RunStatus, Selection } from '../../rollouts/runs/run.ts'
import type { Mirror, RunTenant } from '../../rollouts/runs/run-tenant.ts'
import type { TenantRunState } from '../../rollouts/runs/tenant-state.ts'
import type { WaveSpec } from '../../rollouts/runs/waves.ts'
import type { RolloutTable, RolloutTenantTable } from '../tables/rollouts.ts'

export const toRun = (row: Selectable<RolloutTable>): Run => ({
  id: row.id,
  status: row.status as RunStatus,
  trunk: row.trunk as Oid,
  plan: row.plan,
  select: JSON.parse(row.select_json) as Selection,
  waves: JSON.parse(row.waves_json) as WaveSpec[],
  wave: row.wave,
  approval: row.approval as Approval,
  thresholds: JSON.parse(row.thresholds_json) as Thresholds,
  startAt: row.start_at,
  gateAt: row.gate_at,
  waveStartedAt: row.wave_started_at,
  reason: row.reason,
  resumeTo: row.resume_to as RunStatus | null,
  isRefused: row.refused === 1,
  backTo: row.back_to as RunStatus | null,
  by: row.by_actor,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  version: row.version,
})

export const fromRun = (run: Run): Insertable<RolloutTable> => ({
  id: run.id,
  status: run.status,
  trunk: run.trunk,
  plan: run.plan,
  select_json: JSON.stringify(run.select),
  waves_json: JSON.stringify(run.waves),
  wave: run.wave,
  approval: run.approval,
  thresholds_json: JSON.stringify(run.thresholds),
  start_at: run.startAt,
  gate_at: run.gateAt,
  wave_started_at: run.waveStartedAt,
  reason: run.reason,
  resume_to: run.resumeTo,
  refused: run.isRefused ? 1 : 0,
  back_to: run.backTo,
  by_actor: run.by,
  created_at: run.createdAt,
  updated_at: run.updatedAt,
  started_at: run.startedAt,
  finished_at: run.finishedAt,
  version: run.version,
})

export function toRunTenant(row: Selectable<RolloutTenantTable>): RunTenant {
  const { changes, problems } = JSON.parse(row.report_json) as Pick<RunTenant, 'changes' | 'problems'>
  return {
    tenant: row.tenant as TenantId,
    wave: row.wave,
    state: row.state as TenantRunState,
    head: row.head as Oid,
    base: row.base as Oid | null,
    merge: row.merge as Oid | null,
    revert: row.revert as Oid | null,
    attempts: row.attempts,
    note: row.note,
    changes,
    problems,
    mirror: row.mirror as Mirror,
  }
}

export const fromRunTenant = (run: string, tenant: RunTenant): Insertable<RolloutTenantTable> => ({
  tenant: tenant.tenant,
  rollout: run,
  wave: tenant.wave,
  state: tenant.state,
  head: tenant.head,
  base: tenant.base,
  merge: tenant.merge,
  revert: tenant.revert,
  attempts: tenant.attempts,
  note: tenant.note,
  report_json: JSON.stringify({ changes: tenant.changes, problems: tenant.problems }),
  mirror: tenant.mirror,
})
