/** Where the pushes of tenants' branches stand. Runs go across tenants, as their rows do (rollout-tenants.ts). */
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Mirror, RunTenant } from '../../rollouts/runs/run-tenant.ts'
import type { Mirrored } from '../../rollouts/runs/store.ts'
import type { Database } from '../schema.ts'
import { toRunTenant } from './rollout-row.ts'

type Db = Kysely<Database> | Transaction<Database>

/** Written as the index has it, which is otherwise not used. */
const IS_DUE = sql<boolean>`mirror = 'due'`

export async function readRunsToMirror(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('rollout_tenant')
    .select('rollout')
    .distinct()
    .where(IS_DUE)
    .orderBy('rollout')
    .execute()
  return rows.map(({ rollout }) => rollout)
}

export async function readDueForMirror(db: Db, run: string, limit: number): Promise<RunTenant[]> {
  const due = db.selectFrom('rollout_tenant').selectAll().where('rollout', '=', run).where(IS_DUE)
  return (await due.orderBy('tenant').limit(limit).execute()).map(toRunTenant)
}

export async function writeMirror(db: Db, run: string, tenants: readonly Mirrored[]): Promise<void> {
  for (const { tenant, mirror, note } of tenants) {
    await db
      .updateTable('rollout_tenant')
      .set(note === null ? { mirror } : { mirror, note })
      .where('tenant', '=', tenant)
      .where('rollout', '=', run)
      .execute()
  }
}

export async function countMirror(db: Db, run: string): Promise<Record<Mirror, number>> {
  const rows = await db
    .selectFrom('rollout_tenant')
    .select(({ fn }) => ['mirror', fn.countAll<number | string>().as('count')])
    .where('rollout', '=', run)
    .groupBy('mirror')
    .execute()
  const counts: Record<Mirror, number> = { none: 0, due: 0, pushed: 0, refused: 0 }
  for (const { mirror, count } of rows) counts[mirror as Mirror] = Number(count)
  return counts
}
