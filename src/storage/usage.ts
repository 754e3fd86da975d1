/** Rows of usage, and the last requests of each tenant. */
import type { Kysely, Transaction } from 'kysely'
import type { TenantId } from '../kernel/ids.ts'
import type { UsageStore } from '../usage/store.ts'
import type { UsageBatch } from '../usage/tally.ts'
import { type DatedCount, newest, RECENT_REQUESTS, type RecentRequest } from '../usage/usage.ts'
import type { Database } from './schema.ts'
import { tenantDb } from './tenant-scope.ts'

/** Rows of one statement: databases bound the number of parameters. */
const ROWS_PER_STATEMENT = 100

export function usageStore(db: Kysely<Database>): UsageStore {
  return {
    async add(batch) {
      await db.transaction().execute(async (transaction) => {
        for (let at = 0; at < batch.counts.length; at += ROWS_PER_STATEMENT) {
          await addCounts(transaction, batch.counts.slice(at, at + ROWS_PER_STATEMENT))
        }
        await addRecent(transaction, batch.recent)
      })
    },

    async byKey(tenant, from) {
      const rows = await tenantDb(db, tenant)
        .selectFrom('usage')
        .select(({ fn }) => [
          'kind',
          'name',
          'status',
          fn.sum<number | string>('count').as('count'),
          fn.sum<number>('duration_ms').as('durationMs'),
          fn.sum<number | string>('from_memory').as('fromMemory'),
          fn.max('last_at').as('lastAt'),
        ])
        .where('day', '>=', from)
        .groupBy(['kind', 'name', 'status'])
        .orderBy('name')
        .orderBy('status')
        .execute()
      return rows.map(({ count, fromMemory, lastAt, ...row }) => ({
        ...row,
        count: Number(count),
        fromMemory: Number(fromMemory),
        lastAt: Number(lastAt),
      }))
    },

    async byDay(tenant, from) {
      const rows = await tenantDb(db, tenant)
        .selectFrom('usage')
        .select(({ fn }) => ['day', 'kind', 'status', fn.sum<number | string>('count').as('count')])
        .where('day', '>=', from)
        .groupBy(['day', 'kind', 'status'])
        .orderBy('day')
        .execute()
      return rows.map((row) => ({ ...row, count: Number(row.count) }))
    },

    recent: (tenant) => recentOf(db, tenant),
  }
}

/** The one query over several tenants' rows: each row carries its own tenant, which the key begins with. */
async function addCounts(transaction: Transaction<Database>, counts: readonly DatedCount[]): Promise<void> {
  await transaction
    .insertInto('usage')
    .values(
      counts.map(({ durationMs, fromMemory, lastAt, ...same }) => ({
        ...same,
        duration_ms: durationMs,
        from_memory: fromMemory,
        last_at: lastAt,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'day', 'kind', 'name', 'status']).doUpdateSet((eb) => ({
        count: eb('usage.count', '+', eb.ref('excluded.count')),
        duration_ms: eb('usage.duration_ms', '+', eb.ref('excluded.duration_ms')),
        from_memory: eb('usage.from_memory', '+', eb.ref('excluded.from_memory')),
        last_at: eb
          .case()
          .when('usage.last_at', '>', eb.ref('excluded.last_at'))
          .then(eb.ref('usage.last_at'))
          .else(eb.ref('excluded.last_at'))
          .end(),
      })),
    )
    .execute()
}

/** Over several tenants' rows, like `addCounts`: whatever is read of a tenant goes back into the row of that tenant. */
async function addRecent(transaction: Transaction<Database>, recent: UsageBatch['recent']): Promise<void> {
  const tenants = [...recent.keys()]
  for (let at = 0; at < tenants.length; at += ROWS_PER_STATEMENT) {
    const some = tenants.slice(at, at + ROWS_PER_STATEMENT)
    const older = await recentOfEach(
      transaction,
      some.filter((tenant) => (recent.get(tenant)?.length ?? 0) < RECENT_REQUESTS),
    )
    const rows = some.map((tenant) => {
      const requests = newest([...(recent.get(tenant) ?? []), ...(older.get(tenant) ?? [])])
      return { tenant, requests_json: JSON.stringify(requests) }
    })
    await transaction
      .insertInto('recent_requests')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('tenant').doUpdateSet((eb) => ({ requests_json: eb.ref('excluded.requests_json') })),
      )
      .execute()
  }
}

async function recentOfEach(
  transaction: Transaction<Database>,
  tenants: readonly TenantId[],
): Promise<ReadonlyMap<string, RecentRequest[]>> {
  if (tenants.length === 0) return new Map()
  const rows = await transaction.selectFrom('recent_requests').selectAll().where('tenant', 'in', tenants).execute()
  return new Map(rows.map(({ tenant, requests_json }) => [tenant, JSON.parse(requests_json) as RecentRequest[]]))
}

async function recentOf(db: Kysely<Database>, tenant: TenantId): Promise<RecentRequest[]> {
  const row = await tenantDb(db, tenant).selectFrom('recent_requests').select('requests_json').executeTakeFirst()
  return row ? (JSON.parse(row.requests_json) as RecentRequest[]) : []
}
