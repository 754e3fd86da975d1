/**
 * Executions of the tenants of one wave: a count across tenants, for the operators' gate alone.
 * Ids of executions begin with the time, and the key with the tenant, so that each tenant costs one range of the index.
 */
import { type Kysely, sql } from 'kysely'
import type { TrafficReader } from '../../rollouts/runs/deps.ts'
import type { Database } from '../schema.ts'

/** @param flush writes what is still buffered */
export const trafficReader = (db: Kysely<Database>, flush: () => Promise<void>): TrafficReader => ({
  async ofWave(run, wave, { from, to }) {
    await flush()
    const row = await db
      .selectFrom('rollout_tenant')
      .innerJoin('execution', 'execution.tenant', 'rollout_tenant.tenant')
      .select(({ fn }) => [
        fn.countAll<number | string>().as('executions'),
        fn.sum<number | string | null>(sql`case when execution.status = 'failed' then 1 else 0 end`).as('failed'),
      ])
      .where('rollout_tenant.rollout', '=', run)
      .where('rollout_tenant.wave', '=', wave)
      .where('execution.id', '>=', firstIdAt(from))
      .where('execution.id', '<', firstIdAt(to))
      .executeTakeFirstOrThrow()
    return { executions: Number(row.executions), failed: Number(row.failed ?? 0) }
  },
})

/** Not after any id of that millisecond (RFC 9562, section 5.7). */
function firstIdAt(atMs: number): string {
  const hex = Math.max(0, Math.floor(atMs)).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}
