/** The plan of a run: who it is for, what becomes of each, and in which wave. Nothing is moved. */
import { createHash } from 'node:crypto'
import type { TenantId } from '../../kernel/ids.ts'
import { hasLabels } from '../../tenants/filter.ts'
import type { Tenant } from '../../tenants/tenant.ts'
import type { RunDeps } from './deps.ts'
import { plannedRow } from './planned-row.ts'
import type { Run, Selection } from './run.ts'
import type { PlannedRunTenant } from './run-tenant.ts'
import { targetsOf } from './targets.ts'
import { assignWaves, type WaveSpec } from './waves.ts'

export type RunPlan = {
  /** The same for the same heads and outcomes. */
  hash: string
  tenants: readonly PlannedRunTenant[]
  waves: readonly WaveSpec[]
}

/** @param tenants all that there are */
export async function planRun(
  deps: RunDeps,
  { trunk, select, waves }: Pick<Run, 'trunk' | 'select' | 'waves'>,
  tenants: readonly Tenant[],
): Promise<RunPlan> {
  const chosen = tenants.filter((tenant) => isSelected(select, tenant))
  const { targets, gone } = await targetsOf(
    deps,
    chosen.map(({ id }) => unplanned(id)),
  )
  // Known before anybody approves, so it is no failure of a wave: the others go out, and this one stays as it is.
  const planned: PlannedRunTenant[] = gone.map((row) => ({ ...row, state: 'held', conflicts: [] }))
  for await (const tenant of deps.merging.plan(trunk, targets)) planned.push(plannedRow(tenant, NO_WAVE))
  planned.sort((a, b) => (a.tenant < b.tenant ? -1 : 1))

  const labelsOf = new Map(chosen.map(({ id, profile }) => [id, profile.labels]))
  const concerned = planned.filter(({ state }) => state !== 'noop')
  const assigned = assignWaves(
    waves,
    concerned.map(({ tenant }) => ({ id: tenant, labels: labelsOf.get(tenant) ?? {} })),
  )
  return {
    hash: hashOf(trunk, planned),
    tenants: planned.map((row) => ({ ...row, wave: assigned.waveOf.get(row.tenant) ?? 0 })),
    waves: assigned.waves,
  }
}

const NO_WAVE = { wave: 0, attempts: 0 }

/** A tenant before it was planned; its head is read then. */
const unplanned = (tenant: TenantId): PlannedRunTenant => ({
  tenant,
  ...NO_WAVE,
  state: 'stale',
  head: NO_COMMIT,
  base: null,
  merge: null,
  revert: null,
  note: null,
  changes: [],
  problems: [],
  conflicts: [],
  mirror: 'none',
})

/** Of a tenant whose branch is gone: Git's own way to write that there is no object. */
const NO_COMMIT = '0'.repeat(40) as PlannedRunTenant['head']

function isSelected({ labels, plan, tenants }: Selection, { id, profile, deletedAt }: Tenant): boolean {
  if (deletedAt) return false
  if (plan !== null && profile.plan !== plan) return false
  if (tenants !== null && !tenants.includes(id)) return false
  return hasLabels(profile.labels, labels)
}

function hashOf(trunk: string, planned: readonly PlannedRunTenant[]): string {
  const hash = createHash('sha256').update(trunk)
  for (const { tenant, head, state, changes, conflicts } of planned) {
    hash.update(JSON.stringify([tenant, head, state, changes, conflicts.map(({ fingerprint }) => fingerprint)]))
  }
  return hash.digest('hex').slice(0, 40)
}
