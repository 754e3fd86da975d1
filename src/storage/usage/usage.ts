/** Rows of usage, and the last requests of each tenant. */
import type { UsageStore } from '../../usage/store.ts'
import type { RecentRequest } from '../../usage/usage.ts'
import type { Storage } from '../sqlite.ts'
import { tenantDb } from '../tenants/tenant-scope.ts'
import { usageWriter } from './usage-writer.ts'

export function usageStore({ db, sqlite }: Pick<Storage, 'db' | 'sqlite'>): UsageStore {
  return {
    ...usageWriter({ db, sqlite }),

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

    async recent(tenant) {
      const row = await tenantDb(db, tenant).selectFrom('recent_requests').select('requests_json').executeTakeFirst()
      return row ? (JSON.parse(row.requests_json) as RecentRequest[]) : []
    },
  }
}
