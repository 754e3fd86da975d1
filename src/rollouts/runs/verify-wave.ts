/** After a wave: the branches are read again, and each has to serve what it was given. */
import type { RunDeps } from './deps.ts'
import type { Run } from './run.ts'
import type { RunTenant } from './run-tenant.ts'

/** Read together: git is asked for the objects of several at once. */
const BATCH = 128

/** @returns whether there was anything left to verify */
export async function verifyBatch(deps: RunDeps, run: Run): Promise<boolean> {
  const { store } = deps
  const rows = await store.tenants({ run: run.id, states: ['applied'], upToWave: run.wave, limit: BATCH })
  if (rows.length === 0) return false
  await deps.pace(async () => {
    const settled = await Promise.all(rows.map((row) => verified(deps, row)))
    await store.settle(run, settled, { onlyFrom: 'applied' })
  })
  return true
}

async function verified({ merging, snapshots, refOf }: RunDeps, row: RunTenant): Promise<RunTenant> {
  const ref = refOf(row.tenant)
  const head = merging.headOf(ref)
  if (head === undefined)
    return { ...row, state: 'failed', note: `The branch ${ref} is gone since it was merged into.` }
  if (head !== row.merge) {
    if (row.merge === null || !(await merging.contains(head, row.merge))) {
      return { ...row, state: 'failed', note: `The branch ${ref} was moved off the merge; it stands at ${head}.` }
    }
    // What serves now is the tenant's own later commit, and no matter of this run.
    return { ...row, state: 'verified', note: 'The tenant has committed since.' }
  }
  const served = await snapshots.current(row.tenant, ref)
  if (served?.kind === 'live') return { ...row, state: 'verified' }
  const problems = served?.refused.problems ?? []
  return { ...row, state: 'failed', problems, note: 'The merged branch does not serve.' }
}
