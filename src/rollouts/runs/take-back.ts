/**
 * Taking a run back, tenant by tenant: a new commit on top, never a rewritten branch.
 * Where the branch still stands at the merge, the commit has the tree from before it. Where the tenant has moved on, it is
 * the inverse merge: from the merge to what was before it, laid over what the tenant has now, so its own changes stay.
 * Git then believes that the branch has the trunk's change, and would lose it at the next merge: the base to start that
 * one from is kept instead.
 */
import { fewAtOnce } from '../../kernel/few-at-once.ts'
import type { Oid } from '../../kernel/ids.ts'
import type { Outcome, PlannedTenant } from '../plan/plan.ts'
import type { RunDeps } from './deps.ts'
import type { RunCommit } from './merging.ts'
import { revertMessage } from './messages.ts'
import { obstacleTo } from './obstacle.ts'
import type { Run } from './run.ts'
import type { RunTenant } from './run-tenant.ts'
import type { ReapplyBase } from './store.ts'
import type { TenantRunState } from './tenant-state.ts'

const BATCH = 512
/** Whoever has moved on is planned by itself, with processes of git. */
const AT_ONCE = 8

const WHOLE: readonly TenantRunState[] = ['applied', 'verified', 'failed']

/** @returns whether there was anything left to take back */
export async function takeBackBatch(deps: RunDeps, run: Run): Promise<boolean> {
  // Where all of it goes, what was still under way when it was decided goes too.
  const states: TenantRunState[] = run.backTo === null ? ['rollback-due', ...WHOLE] : ['rollback-due']
  const rows = await deps.store.tenants({ run: run.id, states, limit: BATCH })
  if (rows.length === 0) return false
  await deps.pace(() => takeBack(deps, run, rows))
  return true
}

async function takeBack(deps: RunDeps, run: Run, rows: readonly RunTenant[]): Promise<void> {
  const { store, merging, refOf, names } = deps
  const few = fewAtOnce(AT_ONCE)
  const inverses = await Promise.all(rows.map((row) => few(() => inverseOf(deps, row))))
  const parked: RunTenant[] = []
  const reverts: { row: RunTenant; tip: Oid; commit: RunCommit }[] = []
  for (const [i, row] of rows.entries()) {
    const inverse = inverses[i]!
    if (inverse.kind === 'parked') parked.push({ ...row, state: 'rollback-parked', note: inverse.note })
    else {
      const { tip, tree, objects } = inverse
      const message = revertMessage(run, row.merge as Oid, names.trunk)
      reverts.push({ row, tip, commit: { tenant: row.tenant, tree, parents: [tip], message, objects } })
    }
  }
  if (reverts.length === 0) return store.settle(run, parked)
  const { oids, release } = await merging.write(
    reverts.map(({ commit }) => commit),
    `rollout ${run.id}`,
  )
  const journal = reverts.map(
    ({ row }): RunTenant => ({ ...row, state: 'reverting', revert: oids.get(row.tenant) as Oid }),
  )
  await store.journal(run.id, journal)
  const message = `rollout ${run.id}: take back ${names.trunk}`
  const outcomes = await merging.move(
    reverts.map(({ row, tip }, i) => ({ ref: refOf(row.tenant), from: tip, to: journal[i]!.revert as Oid, message })),
  )
  const settled = journal.map((row, i): RunTenant => {
    const outcome = outcomes[i]!
    if (outcome.kind === 'moved')
      return { ...row, state: 'rolled-back', note: null, mirror: deps.mirrors ? 'due' : 'none' }
    const attempts = row.attempts + 1
    const obstacle = obstacleTo(outcome, attempts)
    return obstacle === undefined
      ? { ...row, state: 'rollback-due', revert: null, attempts }
      : { ...row, state: 'rollback-parked', revert: null, attempts, note: `${obstacle} Then roll back again.` }
  })
  const done = settled.filter(({ state }) => state === 'rolled-back')
  const keep = done.flatMap((row) => reapplyBaseOf(run, row))
  await store.settle(run, [...settled, ...parked], { reapply: { keep, forget: [] } })
  release()
}

/** What the next merge of the trunk starts from. Where branch and trunk have no one base, none is kept. */
export const reapplyBaseOf = ({ trunk }: Pick<Run, 'trunk'>, { tenant, base }: RunTenant): ReapplyBase[] =>
  base === null ? [] : [{ tenant, insteadOf: trunk, base }]

type Inverse = { kind: 'tree'; tip: Oid; tree: Oid; objects: RunCommit['objects'] } | { kind: 'parked'; note: string }

async function inverseOf({ merging, refOf }: RunDeps, row: RunTenant): Promise<Inverse> {
  const ref = refOf(row.tenant)
  const tip = merging.headOf(ref)
  const merge = row.merge
  if (tip === undefined) return { kind: 'parked', note: `The branch ${ref} is gone or is no plain branch.` }
  if (merge === null) return { kind: 'parked', note: 'No merge of this run is known.' }
  if (tip === merge) return { kind: 'tree', tip, tree: await merging.treeOf(row.head), objects: [] }
  if (!(await merging.contains(tip, merge))) {
    return { kind: 'parked', note: `The branch ${ref} was moved off the merge; nothing is left to take back.` }
  }
  const reapply = { insteadOf: row.head, base: merge }
  const target = { tenant: row.tenant, ref, head: tip, hold: null, reapply, decisions: new Map() }
  for await (const { outcome } of merging.plan(row.head, [target])) return inverseOutcome(tip, outcome)
  return { kind: 'parked', note: 'The inverse merge could not be planned.' }
}

function inverseOutcome(tip: Oid, outcome: PlannedTenant['outcome']): Inverse {
  if (outcome.kind === 'clean' || outcome.kind === 'structural') {
    return { kind: 'tree', tip, tree: outcome.merged.tree, objects: outcome.merged.objects }
  }
  return { kind: 'parked', note: INVERSE_REFUSALS[outcome.kind](outcome as never) }
}

/** Why a tenant's own later changes do not let the merge be taken back. */
const INVERSE_REFUSALS: {
  [K in Exclude<Outcome['kind'], 'clean' | 'structural'>]: (of: Extract<Outcome, { kind: K }>) => string
} = {
  noop: () => 'The inverse merge changes nothing.',
  held: ({ hold }) => hold.reason,
  conflict: ({ conflicts }) =>
    `The tenant has since changed what the merge brought, in ${[...new Set(conflicts.map(({ path, pointer }) => `${path}${pointer}`))].join(', ')}.`,
  invalid: ({ caused, present }) =>
    `Without the merge the tenant's later changes do not validate: ${[...caused, ...present][0]?.detail ?? ''}`,
}
