/** What runs left to decide, and what was decided. */
import type { Kysely, Transaction } from 'kysely'
import type { TenantId } from '../../kernel/ids.ts'
import type { Choice, Conflict } from '../../rollouts/plan/plan.ts'
import type { ConflictCluster, Resolution } from '../../rollouts/runs/resolution.ts'
import type { Database } from '../schema.ts'

type Db = Kysely<Database> | Transaction<Database>

/** @param statuses of the runs whose conflicts still matter */
export async function readClusters(
  db: Db,
  { run, statuses }: { run: string | undefined; statuses: readonly string[] },
): Promise<ConflictCluster[]> {
  const rows = await db
    .selectFrom('rollout_conflict as has')
    .innerJoin('conflict', 'conflict.fingerprint', 'has.fingerprint')
    .innerJoin('rollout', 'rollout.id', 'has.rollout')
    .innerJoin('rollout_tenant as at', (join) =>
      join.onRef('at.tenant', '=', 'has.tenant').onRef('at.rollout', '=', 'has.rollout'),
    )
    .select(['has.rollout', 'has.tenant', 'has.fingerprint', 'conflict.conflict_json'])
    .where('at.state', '=', 'conflict')
    .where('rollout.status', 'in', statuses)
    .$if(run !== undefined, (query) => query.where('has.rollout', '=', run ?? ''))
    .orderBy('has.rollout')
    .orderBy('has.tenant')
    .orderBy('has.number')
    .execute()
  const clusters = new Map<string, { run: string; conflict: Conflict; tenants: TenantId[] }>()
  for (const { rollout, tenant, fingerprint, conflict_json } of rows) {
    const key = `${rollout} ${fingerprint}`
    const known = clusters.get(key)
    if (known) known.tenants.push(tenant as TenantId)
    else {
      const conflict = JSON.parse(conflict_json) as Conflict
      clusters.set(key, { run: rollout, conflict, tenants: [tenant as TenantId] })
    }
  }
  return [...clusters.values()].sort((a, b) => b.tenants.length - a.tenants.length)
}

/** For all tenants the column is empty: a key may not be null. */
const ALL = ''

export async function readResolutions(db: Db): Promise<Resolution[]> {
  const rows = await db.selectFrom('resolution').selectAll().orderBy('at').execute()
  return rows.map(({ tenant, fingerprint, choice_json, by_actor, at }) => ({
    tenant: tenant === ALL ? null : (tenant as TenantId),
    fingerprint,
    choice: JSON.parse(choice_json) as Choice,
    by: by_actor,
    at: new Date(at),
  }))
}

/** Replaces earlier ones of the same conflict and tenant. */
export async function writeResolutions(db: Db, resolutions: readonly Resolution[]): Promise<void> {
  for (const { tenant, fingerprint, choice, by, at } of resolutions) {
    const decided = { choice_json: JSON.stringify(choice), by_actor: by, at: at.getTime() }
    await db
      .insertInto('resolution')
      .values({ tenant: tenant ?? ALL, fingerprint, ...decided })
      .onConflict((conflict) => conflict.columns(['tenant', 'fingerprint']).doUpdateSet(decided))
      .execute()
  }
}
