/**
 * Rows of tenants within runs. Runs are the operators' and go across tenants, which is why these queries name no tenant:
 * nothing of them is shown to one.
 */
import type { ExpressionBuilder, Kysely, OnConflictDatabase, OnConflictTables, Transaction } from 'kysely'
import type { TenantId } from '../../kernel/ids.ts'
import type { PlannedRunTenant, RunTenant } from '../../rollouts/runs/run-tenant.ts'
import type { TenantQuery } from '../../rollouts/runs/store.ts'
import { type Counts, countsOf, type TenantRunState } from '../../rollouts/runs/tenant-state.ts'
import type { Database } from '../schema.ts'
import { fromRunTenant, toRunTenant } from './rollout-row.ts'

type Db = Kysely<Database> | Transaction<Database>

/** 12 values a row; SQLite takes 32,766 in one statement. */
const ROWS_PER_STATEMENT = 500

const REPLACED_COLUMNS = [
  'wave',
  'state',
  'head',
  'base',
  'merge',
  'revert',
  'attempts',
  'note',
  'report_json',
  'mirror',
] as const

/** @param onlyFrom rows that are in another state stay as they are */
export async function writeTenants(
  db: Db,
  run: string,
  tenants: readonly RunTenant[],
  onlyFrom?: TenantRunState,
): Promise<void> {
  for (let at = 0; at < tenants.length; at += ROWS_PER_STATEMENT) {
    const rows = tenants.slice(at, at + ROWS_PER_STATEMENT).map((tenant) => fromRunTenant(run, tenant))
    await db
      .insertInto('rollout_tenant')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['tenant', 'rollout'])
          .doUpdateSet((eb) => replaced(eb))
          .where((eb) => (onlyFrom === undefined ? eb.lit(true) : eb('rollout_tenant.state', '=', onlyFrom))),
      )
      .execute()
  }
}

type Excluded = ExpressionBuilder<OnConflictDatabase<Database, 'rollout_tenant'>, OnConflictTables<'rollout_tenant'>>

const replaced = (eb: Excluded) =>
  Object.fromEntries(REPLACED_COLUMNS.map((column) => [column, eb.ref(`excluded.${column}`)]))

/** Replaces the conflicts of these tenants in this run. */
export async function writeConflicts(db: Db, run: string, tenants: readonly PlannedRunTenant[]): Promise<void> {
  for (let at = 0; at < tenants.length; at += ROWS_PER_STATEMENT) {
    const some = tenants.slice(at, at + ROWS_PER_STATEMENT)
    const ids = some.map(({ tenant }) => tenant)
    await db.deleteFrom('rollout_conflict').where('tenant', 'in', ids).where('rollout', '=', run).execute()
  }
  for (const { tenant, conflicts } of tenants) {
    for (const [number, conflict] of conflicts.entries()) {
      const { fingerprint } = conflict
      await db
        .insertInto('conflict')
        .values({ fingerprint, conflict_json: JSON.stringify(conflict) })
        .onConflict((standing) => standing.doNothing())
        .execute()
      await db.insertInto('rollout_conflict').values({ tenant, rollout: run, number, fingerprint }).execute()
    }
  }
}

const matching = (db: Db, { run, states, upToWave, after, tenants }: Omit<TenantQuery, 'limit'>) =>
  db
    .selectFrom('rollout_tenant')
    .where('rollout', '=', run)
    .$if(states !== undefined, (query) => query.where('state', 'in', states ?? []))
    .$if(upToWave !== undefined, (query) => query.where('wave', '<=', upToWave ?? 0))
    .$if(after !== undefined, (query) => query.where('tenant', '>', after ?? ''))
    .$if(tenants !== undefined, (query) => query.where('tenant', 'in', tenants ?? []))

export async function readTenants(db: Db, query: TenantQuery): Promise<RunTenant[]> {
  const { limit } = query
  const rows = await matching(db, query)
    .selectAll()
    .orderBy('tenant')
    .$if(limit !== undefined, (bounded) => bounded.limit(limit ?? 0))
    .execute()
  return rows.map(toRunTenant)
}

/** Moves all tenants that fit to another state; attempts begin anew. */
export async function changeStates(db: Db, from: TenantQuery, to: TenantRunState): Promise<void> {
  await db
    .updateTable('rollout_tenant')
    .set({ state: to, attempts: 0 })
    .where('rollout', '=', from.run)
    .where('tenant', 'in', matching(db, from).select('tenant'))
    .execute()
}

export async function countStates(db: Db, run: string, wave?: number): Promise<Counts> {
  const rows = await db
    .selectFrom('rollout_tenant')
    .select(({ fn }) => ['state', fn.countAll<number | string>().as('count')])
    .where('rollout', '=', run)
    .$if(wave !== undefined, (query) => query.where('wave', '=', wave ?? 0))
    .groupBy('state')
    .execute()
  return countsOf(Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)])))
}

/** Tenants of `run` that a run among `statuses` has in hand. */
export async function heldElsewhere(
  db: Db,
  run: string,
  { statuses, due, inHand }: { statuses: readonly string[]; due: readonly string[]; inHand: readonly string[] },
): Promise<{ run: string; tenants: TenantId[] } | undefined> {
  const rows = await db
    .selectFrom('rollout_tenant as mine')
    .innerJoin('rollout_tenant as other', 'other.tenant', 'mine.tenant')
    .innerJoin('rollout', 'rollout.id', 'other.rollout')
    .select(['rollout.id', 'mine.tenant'])
    .where('mine.rollout', '=', run)
    .where('mine.state', 'in', due)
    .where('rollout.id', '!=', run)
    .where('rollout.status', 'in', statuses)
    .where('other.state', 'in', inHand)
    .orderBy('mine.tenant')
    .limit(SHOWN)
    .execute()
  const first = rows[0]
  if (!first) return undefined
  return { run: first.id, tenants: rows.filter(({ id }) => id === first.id).map(({ tenant }) => tenant as TenantId) }
}

const SHOWN = 10
