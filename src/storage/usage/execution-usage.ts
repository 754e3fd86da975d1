/** How much one tenant has run, counted by the database. */
import type { ExpressionBuilder } from 'kysely'
import type { Execution } from '../../executions/execution.ts'
import type { Percentiles, Usage, UsageRow } from '../../executions/store.ts'
import type { TenantDb } from '../tenants/tenant-scope.ts'

type StatusCounts = Usage['byStatus']

/** Percentiles are by nearest rank. */
export async function usageOf(db: TenantDb): Promise<Usage> {
  const groups = await db
    .selectFrom('execution')
    .select(({ fn }) => ['kind', 'name', 'status', fn.countAll<number>().as('count'), fn.max('started_at').as('last')])
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
      durationMs: await percentiles(db, { kind, name }),
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
    durationMs: executions === 0 ? null : await percentiles(db),
    lastActivityAt: executions === 0 ? null : Math.max(...groups.map(({ last }) => last)),
  }
}

const noCounts = (): Record<keyof StatusCounts, number> => ({ completed: 0, failed: 0, refused: 0 })

async function percentiles(db: TenantDb, target?: { kind: string; name: string }): Promise<Percentiles> {
  const row = await db
    .with('ranked', (from) =>
      from
        .selectFrom('execution')
        .select(({ fn }) => [
          'duration_ms',
          fn
            .agg<number>('row_number')
            .over((over) => over.orderBy('duration_ms'))
            .as('rank'),
          fn.countAll<number>().over().as('total'),
        ])
        .$if(target !== undefined, (query) =>
          query.where('kind', '=', target?.kind ?? '').where('name', '=', target?.name ?? ''),
        ),
    )
    .selectFrom('ranked')
    .select((eb) => [nearestRank(eb, 0.5).as('p50'), nearestRank(eb, 0.95).as('p95')])
    .executeTakeFirst()
  return { p50: row?.p50 ?? 0, p95: row?.p95 ?? 0 }
}

type Ranked = { ranked: { duration_ms: number; rank: number; total: number } }

/** The smallest duration that at least `share` of all do not exceed. */
const nearestRank = (eb: ExpressionBuilder<Ranked, 'ranked'>, share: number) =>
  eb.fn.min<number | null>(
    eb
      .case()
      .when('rank', '>=', eb(eb.val(share), '*', eb.ref('total')))
      .then(eb.ref('duration_ms'))
      .end(),
  )
