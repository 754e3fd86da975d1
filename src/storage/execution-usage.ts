/** How much one tenant has run, counted by the database. */
import { type Kysely, sql } from 'kysely'
import type { Execution } from '../executions/execution.ts'
import type { Percentiles, Usage, UsageRow } from '../executions/store.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { Database } from './schema.ts'

type StatusCounts = Usage['byStatus']

/** Percentiles are by nearest rank. */
export async function usageOf(db: Kysely<Database>, tenant: TenantId): Promise<Usage> {
  const groups = await db
    .selectFrom('execution')
    .select(({ fn }) => ['kind', 'name', 'status', fn.countAll<number>().as('count'), fn.max('started_at').as('last')])
    .where('tenant', '=', tenant)
    .groupBy(['kind', 'name', 'status'])
    .execute()

  const byTarget = new Map<string, UsageRow & { byStatus: Record<keyof StatusCounts, number> }>()
  const byStatus = noCounts()
  for (const { kind, name, status, count } of groups) {
    const key = `${kind}:${name}`
    const row = byTarget.get(key) ?? {
      kind: kind as Execution['kind'],
      name,
      executions: 0,
      byStatus: noCounts(),
      durationMs: await percentiles(db, tenant, { kind, name }),
    }
    row.executions += count
    row.byStatus[status as keyof StatusCounts] += count
    byStatus[status as keyof StatusCounts] += count
    byTarget.set(key, row)
  }
  const executions = groups.reduce((sum, { count }) => sum + count, 0)
  return {
    executions,
    byStatus,
    byTarget: [...byTarget.values()].sort((a, b) => b.executions - a.executions || (a.name < b.name ? -1 : 1)),
    durationMs: executions === 0 ? null : await percentiles(db, tenant),
    lastActivityAt: executions === 0 ? null : Math.max(...groups.map(({ last }) => last)),
  }
}

const noCounts = (): Record<keyof StatusCounts, number> => ({ completed: 0, failed: 0, refused: 0 })

async function percentiles(
  db: Kysely<Database>,
  tenant: TenantId,
  target?: { kind: string; name: string },
): Promise<Percentiles> {
  const { rows } = await sql<{ p50: number; p95: number }>`
    with ranked as (
      select duration_ms, row_number() over (order by duration_ms) as rank, count(*) over () as total
      from execution
      where tenant = ${tenant}
      ${target ? sql`and kind = ${target.kind} and name = ${target.name}` : sql``}
    )
    select
      min(case when rank >= 0.50 * total then duration_ms end) as p50,
      min(case when rank >= 0.95 * total then duration_ms end) as p95
    from ranked`.execute(db)
  const [row] = rows
  return { p50: row?.p50 ?? 0, p95: row?.p95 ?? 0 }
}
