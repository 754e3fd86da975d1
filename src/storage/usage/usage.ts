/** Rows of usage, and the last requests of each tenant. */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { TenantId } from '../../kernel/ids.ts'
import type { UsageStore } from '../../usage/store.ts'
import type { UsageBatch } from '../../usage/tally.ts'
import { newest, RECENT_REQUESTS, type RecentRequest } from '../../usage/usage.ts'
import type { Database } from '../schema.ts'
import type { Storage } from '../sqlite.ts'
import { tenantDb } from '../tenants/tenant-scope.ts'

/** Rows between two turns of the event loop, about a millisecond: requests go on while a batch is written. */
const ROWS_PER_TURN = 200

export function usageStore({ db, sqlite }: Pick<Storage, 'db' | 'sqlite'>): UsageStore {
  const write = batchWriter({ sqlite })
  return {
    async add(batch) {
      // Kysely's transaction holds the one connection, so nobody else's statements get between these.
      await db.transaction().execute(() => write(batch))
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

/**
 * Over several tenants' rows, each of which carries its own tenant: what is read of a tenant goes back into the row of that
 * tenant. Prepared, as a second of requests of a thousand tenants is some thousands of rows.
 */
function batchWriter({ sqlite }: Pick<Storage, 'sqlite'>): (batch: UsageBatch) => Promise<void> {
  const addCount = sqlite.prepare(`
    insert into usage (tenant, day, kind, name, status, count, duration_ms, from_memory, last_at)
    values (@tenant, @day, @kind, @name, @status, @count, @durationMs, @fromMemory, @lastAt)
    on conflict (tenant, day, kind, name, status) do update set
      count = count + excluded.count,
      duration_ms = duration_ms + excluded.duration_ms,
      from_memory = from_memory + excluded.from_memory,
      last_at = max(last_at, excluded.last_at)`)
  const findRecent = sqlite.prepare<[string], { requests_json: string }>(
    'select requests_json from recent_requests where tenant = ?',
  )
  const putRecent = sqlite.prepare('insert or replace into recent_requests (tenant, requests_json) values (?, ?)')

  function addRecent(tenant: TenantId, requests: readonly RecentRequest[]): void {
    const row = requests.length < RECENT_REQUESTS ? findRecent.get(tenant) : undefined
    const older = row ? (JSON.parse(row.requests_json) as RecentRequest[]) : []
    putRecent.run(tenant, JSON.stringify(newest([...requests, ...older])))
  }

  return async ({ counts, recent }) => {
    const writes = [
      ...counts.map((count) => () => void addCount.run(count)),
      ...[...recent].map(
        ([tenant, requests]) =>
          () =>
            addRecent(tenant, requests),
      ),
    ]
    for (const [index, write] of writes.entries()) {
      write()
      if (index % ROWS_PER_TURN === ROWS_PER_TURN - 1) await eventLoopTurn()
    }
  }
}

async function recentOf(db: Kysely<Database>, tenant: TenantId): Promise<RecentRequest[]> {
  const row = await tenantDb(db, tenant).selectFrom('recent_requests').select('requests_json').executeTakeFirst()
  return row ? (JSON.parse(row.requests_json) as RecentRequest[]) : []
}
