/**
 * What a killed process left in the journal is settled by asking Git: a commit that is in its branch was applied, one that
 * is not was not, and its tenant is due again. So nothing is applied twice, and no branch is left between two states.
 */
import type { Oid } from '../../kernel/ids.ts'
import type { RunDeps } from './deps.ts'
import type { Run } from './run.ts'
import type { RunTenant } from './run-tenant.ts'
import type { ReapplyChange } from './store.ts'
import { reapplyBaseOf } from './take-back.ts'

const BATCH = 256

/** Settles every tenant of `run` that is in the journal. */
export async function recover(deps: RunDeps, run: Run): Promise<void> {
  const { store } = deps
  for (;;) {
    const rows = await store.tenants({ run: run.id, states: ['applying', 'reverting'], limit: BATCH })
    if (rows.length === 0) return
    const settled: RunTenant[] = []
    for (const row of rows) settled.push(await settledRow(deps, row))
    await store.settle(run, settled, { reapply: reapplyChange(run, settled) })
  }
}

const dueCommit = ({ state, merge, revert }: RunTenant): Oid => (state === 'applying' ? merge : revert) as Oid

async function settledRow({ merging, refOf, mirrors }: RunDeps, row: RunTenant): Promise<RunTenant> {
  const head = merging.headOf(refOf(row.tenant))
  const isThere = head !== undefined && (await merging.contains(head, dueCommit(row)))
  if (row.state === 'applying') {
    return isThere
      ? { ...row, state: 'applied', mirror: mirrors ? 'due' : 'none' }
      : { ...row, state: 'stale', merge: null }
  }
  return isThere
    ? { ...row, state: 'rolled-back', mirror: mirrors ? 'due' : 'none' }
    : { ...row, state: 'rollback-due', revert: null }
}

function reapplyChange(run: Run, settled: readonly RunTenant[]): ReapplyChange {
  const takenBack = settled.filter(({ state }) => state === 'rolled-back')
  return {
    keep: takenBack.flatMap((row) => reapplyBaseOf(run, row)),
    forget: settled.filter(({ state }) => state === 'applied').map(({ tenant }) => tenant),
  }
}
