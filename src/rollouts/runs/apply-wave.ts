/**
 * One batch of a wave: planned on the heads of this moment, merged, and moved.
 * Write order: the commits durable, the journal durable, the branches, the journal done. A kill between any two of these
 * leaves every branch where it was or where it goes, and the journal says which tenants to ask Git about (recover.ts).
 */
import type { Oid } from '../../kernel/ids.ts'
import type { Outcome, PlannedTenant } from '../plan/plan.ts'
import type { RunDeps } from './deps.ts'
import type { RunCommit } from './merging.ts'
import { mergeMessage } from './messages.ts'
import { obstacleTo } from './obstacle.ts'
import type { Run } from './run.ts'
import type { PlannedRunTenant, RunTenant } from './run-tenant.ts'
import { targetsOf } from './targets.ts'
import { DUE } from './tenant-state.ts'

/** Small enough that requests have their turn, large enough that the two fsyncs of a batch are shared. */
const BATCH = 128

type Mergeable = Extract<Outcome, { kind: 'clean' | 'structural' }>

/** @returns whether there was anything left to apply */
export async function applyBatch(deps: RunDeps, run: Run): Promise<boolean> {
  const { store, merging } = deps
  const rows = await store.tenants({ run: run.id, states: DUE, upToWave: run.wave, limit: BATCH })
  if (rows.length === 0) return false
  const { targets, gone } = await targetsOf(deps, rows)
  const byTenant = new Map(rows.map((row) => [row.tenant, row]))
  const left: PlannedRunTenant[] = gone.map((row) => ({ ...row, conflicts: [] }))
  const merges: { row: RunTenant; planned: PlannedTenant; outcome: Mergeable }[] = []
  for await (const planned of merging.plan(run.trunk, targets)) {
    const row = byTenant.get(planned.tenant)
    if (!row) continue
    const { outcome } = planned
    if (outcome.kind === 'clean' || outcome.kind === 'structural') merges.push({ row, planned, outcome })
    else left.push(plannedRow(planned, row))
  }
  if (left.length > 0) await store.keepPlans(run.id, left)
  if (merges.length === 0) {
    await store.settle(run, [])
    return true
  }
  const commits = merges.map(
    ({ planned, outcome }): RunCommit => ({
      tenant: planned.tenant,
      tree: outcome.merged.tree,
      parents: [planned.head, run.trunk],
      message: mergeMessage(run, deps.names.trunk),
      objects: outcome.merged.objects,
    }),
  )
  const { oids, release } = await merging.write(commits, `rollout ${run.id}`)
  const journal = merges.map(
    ({ row, planned }): RunTenant => ({
      ...plannedRow(planned, row),
      state: 'applying',
      merge: oids.get(row.tenant) as Oid,
    }),
  )
  await store.journal(run.id, journal)
  const message = `rollout ${run.id}: merge ${deps.names.trunk}`
  const outcomes = await merging.move(
    journal.map(({ tenant, head, merge }) => ({ ref: deps.refOf(tenant), from: head, to: merge as Oid, message })),
  )
  const settled = journal.map((row, i): RunTenant => {
    const outcome = outcomes[i]!
    if (outcome.kind === 'moved') return { ...row, state: 'applied', note: null, mirror: deps.mirrors ? 'due' : 'none' }
    const attempts = row.attempts + 1
    const obstacle = obstacleTo(outcome, attempts)
    return obstacle === undefined
      ? { ...row, state: 'stale', merge: null, attempts }
      : { ...row, state: 'parked', merge: null, attempts, note: `${obstacle} Then retry.` }
  })
  const moved = settled.filter(({ state }) => state === 'applied').map(({ tenant }) => tenant)
  await store.settle(run, settled, { reapply: { keep: [], forget: moved } })
  release()
  return true
}

/** What a plan says of a tenant, over what is known of it. */
export function plannedRow(planned: PlannedTenant, row: Pick<RunTenant, 'wave' | 'attempts'>): PlannedRunTenant {
  const { tenant, head, base, outcome } = planned
  return {
    tenant,
    wave: row.wave,
    state: outcome.kind,
    head,
    base,
    merge: null,
    revert: null,
    attempts: row.attempts,
    note: noteOf(outcome),
    changes: 'merged' in outcome ? outcome.merged.changes : [],
    problems: outcome.kind === 'invalid' ? [...outcome.caused, ...outcome.present] : [],
    conflicts: outcome.kind === 'conflict' ? outcome.conflicts : [],
    mirror: 'none',
  }
}

/** Conflicts that a note names; GET /admin/conflicts has them all. */
const NAMED_CONFLICTS = 3

function noteOf(outcome: Outcome): string | null {
  if (outcome.kind === 'held') return outcome.hold.reason
  if (outcome.kind !== 'conflict') return null
  const places = outcome.conflicts.map(({ path, pointer }) => `${path || 'the branch'}${pointer}`)
  const more = places.length > NAMED_CONFLICTS ? ` and ${places.length - NAMED_CONFLICTS} more` : ''
  return `Both sides changed ${places.slice(0, NAMED_CONFLICTS).join(', ')}${more}.`
}
