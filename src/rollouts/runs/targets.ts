/** Tenants of a run as the planner takes them: where their branches stand now, and what was decided about them. */
import type { Target } from '../plan/plan.ts'
import type { RunDeps } from './deps.ts'
import { isHeld } from './hold.ts'
import { decisionsFor } from './resolution.ts'
import type { RunTenant } from './run-tenant.ts'

/** @returns `gone`: rows of tenants without a branch, as they are to be kept */
export async function targetsOf(
  { store, holds, merging, refOf, clock }: RunDeps,
  rows: readonly RunTenant[],
): Promise<{ targets: Target[]; gone: RunTenant[] }> {
  const ids = rows.map(({ tenant }) => tenant)
  const [placed, bases, resolutions] = await Promise.all([holds.all(), store.reapplyBases(ids), store.resolutions()])
  const holdOf = new Map(placed.map((hold) => [hold.tenant, hold]))
  const reapplyOf = new Map(bases.map((base) => [base.tenant, base]))
  const targets: Target[] = []
  const gone: RunTenant[] = []
  const now = clock.now()
  for (const row of rows) {
    const ref = refOf(row.tenant)
    const head = merging.headOf(ref)
    if (head === undefined) {
      gone.push({
        ...row,
        state: 'parked',
        note: `The branch ${ref} is gone or is no plain branch; restore it, then retry.`,
      })
      continue
    }
    const hold = holdOf.get(row.tenant)
    targets.push({
      tenant: row.tenant,
      ref,
      head,
      hold: isHeld(hold, now) ? { reason: hold.reason, until: hold.until } : null,
      reapply: reapplyOf.get(row.tenant) ?? null,
      decisions: decisionsFor(row.tenant, resolutions),
    })
  }
  return { targets, gone }
}
