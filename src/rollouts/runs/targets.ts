/** Tenants of a run as the planner takes them: where their branches stand now, and what was decided about them. */
import type { TenantId } from '../../kernel/ids.ts'
import { inSlices } from '../../kernel/in-slices.ts'
import type { Target } from '../plan/plan.ts'
import type { RunDeps } from './deps.ts'
import { isHeld } from './hold.ts'
import { decisionsFor } from './resolution.ts'
import type { RunTenant } from './run-tenant.ts'

/** What is known of a tenant beside its branch: its hold, where an earlier merge was taken back, what was decided. */
export type Terms = Pick<Target, 'hold' | 'reapply' | 'decisions'>

export async function termsOf(
  { store, holds, clock }: Pick<RunDeps, 'store' | 'holds' | 'clock'>,
  ids: readonly TenantId[],
): Promise<(tenant: TenantId) => Terms> {
  const [placed, bases, resolutions] = await Promise.all([holds.all(), store.reapplyBases(ids), store.resolutions()])
  const holdOf = new Map(placed.map((hold) => [hold.tenant, hold]))
  const reapplyOf = new Map(bases.map((base) => [base.tenant, base]))
  const now = clock.now()
  return (tenant) => {
    const hold = holdOf.get(tenant)
    return {
      hold: isHeld(hold, now) ? { reason: hold.reason, until: hold.until } : null,
      reapply: reapplyOf.get(tenant) ?? null,
      decisions: decisionsFor(tenant, resolutions),
    }
  }
}

/** @returns `gone`: rows of tenants without a branch, as they are to be kept */
export async function targetsOf(
  deps: RunDeps,
  rows: readonly RunTenant[],
): Promise<{ targets: Target[]; gone: RunTenant[] }> {
  const { merging, refOf } = deps
  const terms = await termsOf(
    deps,
    rows.map(({ tenant }) => tenant),
  )
  const targets: Target[] = []
  const gone: RunTenant[] = []
  await inSlices(rows, (row) => {
    const ref = refOf(row.tenant)
    const head = merging.headOf(ref)
    if (head === undefined) {
      gone.push({
        ...row,
        state: 'parked',
        note: `The branch ${ref} is gone or is no plain branch; restore it, then retry.`,
      })
    } else targets.push({ tenant: row.tenant, ref, head, ...terms(row.tenant) })
  })
  return { targets, gone }
}
