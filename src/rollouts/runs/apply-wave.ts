/**
 * One batch of a wave: planned on the heads of this moment, merged, and moved, in groups.
 * Write order: the commits durable, the journal durable, the branches, the journal done. A kill between any two of these
 * leaves every branch where it was or where it goes, and the journal says which tenants to ask Git about (recover.ts).
 */
import type { Oid, TenantId } from '../../kernel/ids.ts'
import type { Outcome, PlannedTenant } from '../plan/plan.ts'
import type { RunDeps } from './deps.ts'
import type { RunCommit } from './merging.ts'
import { mergeMessage } from './messages.ts'
import { obstacleTo } from './obstacle.ts'
import { plannedRow } from './planned-row.ts'
import type { Run } from './run.ts'
import type { PlannedRunTenant, RunTenant } from './run-tenant.ts'
import { targetsOf } from './targets.ts'
import { DUE } from './tenant-state.ts'

/** Planned together: one look at the history for all of them. */
const BATCH = 2_048
/**
 * Written and moved together, while the next ones are planned: they share a pack, a journal entry and a new packed-refs. A
 * pause waits until they are through.
 */
const TOGETHER = 512

type Mergeable = Extract<Outcome, { kind: 'clean' | 'structural' }>

/** @returns whether there was anything left to apply */
export async function applyBatch(deps: RunDeps, run: Run): Promise<boolean> {
  const { store, merging } = deps
  const rows = await store.tenants({ run: run.id, states: DUE, upToWave: run.wave, limit: BATCH })
  if (rows.length === 0) return false
  const { targets, gone } = await targetsOf(deps, rows)
  const byTenant = new Map(rows.map((row) => [row.tenant, row]))
  if (gone.length > 0) {
    await store.keepPlans(
      run.id,
      gone.map((row) => ({ ...row, conflicts: [] })),
    )
    await store.settle(run, [])
  }
  let applying = Promise.resolve()
  try {
    for await (const some of inGroups(merging.plan(run.trunk, targets), TOGETHER)) {
      await applying
      if ((await store.find(run.id))?.status !== run.status) break
      applying = deps.pace(() => applyPlanned(deps, run, some, byTenant))
      // Where it fails that is told when it is waited for.
      applying.catch(() => {})
    }
  } finally {
    await applying
  }
  return true
}

async function* inGroups<T>(items: AsyncIterable<T>, size: number): AsyncIterable<readonly T[]> {
  let group: T[] = []
  for await (const item of items) {
    group.push(item)
    if (group.length < size) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

async function applyPlanned(
  deps: RunDeps,
  run: Run,
  tenants: readonly PlannedTenant[],
  byTenant: ReadonlyMap<TenantId, RunTenant>,
): Promise<void> {
  const { store, merging } = deps
  const left: PlannedRunTenant[] = []
  const merges: { row: RunTenant; planned: PlannedTenant; outcome: Mergeable }[] = []
  for (const planned of tenants) {
    const row = byTenant.get(planned.tenant)
    if (!row) continue
    const { outcome } = planned
    if (outcome.kind === 'clean' || outcome.kind === 'structural') merges.push({ row, planned, outcome })
    else left.push(plannedRow(planned, row))
  }
  if (left.length > 0) await store.keepPlans(run.id, left)
  if (merges.length === 0) return store.settle(run, [])
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
}
