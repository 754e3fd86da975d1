/**
 * Counts on their way into the rows that reports read: first as they come, a row a second for each part of the tenants that
 * has used anything; then, many seconds at once, added to the rows of each tenant. A row of a busy second for each tenant
 * cost a third of the time of ten thousand tenants' requests.
 * Invariant: a group is there, or added up: one transaction takes it away and adds it, so that no other process and no kill
 * can make it count twice.
 *
 * A group is of several tenants, each of its entries with its own tenant, and nobody reads it but what adds it up: each
 * entry goes into the rows of that tenant.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'
import type { TenantId } from '../../kernel/ids.ts'
import type { UsageStore } from '../../usage/store.ts'
import { newest, RECENT_REQUESTS, type RecentRequest } from '../../usage/usage.ts'
import type { Storage } from '../sqlite.ts'
import { groupText, sumOfGroups } from './usage-group.ts'

/** Between two turns of the event loop, about a millisecond each: requests go on while counts are written. */
const GROUPS_PER_TURN = 8
const TENANTS_PER_TURN = 25

/** Prepared, as there are many rows. Kysely's transaction holds the one connection, so nobody else's statements get between. */
export function usageWriter({ db, sqlite }: Pick<Storage, 'db' | 'sqlite'>): Pick<UsageStore, 'add' | 'addUp'> {
  const putGroup = sqlite.prepare('insert into usage_group (part, counts_json) values (?, ?)')
  const takeGroups = sqlite.prepare<[number], { id: number; counts_json: string }>(
    'delete from usage_group where part = ? returning id, counts_json',
  )
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

  /** @param requests the oldest first */
  function addRecent(tenant: TenantId, requests: readonly RecentRequest[]): void {
    const row = requests.length < RECENT_REQUESTS ? findRecent.get(tenant) : undefined
    const older = row ? (JSON.parse(row.requests_json) as RecentRequest[]) : []
    putRecent.run(tenant, JSON.stringify(newest([...requests.toReversed(), ...older])))
  }

  /** Calls `write` for each, with turns of the event loop in between. */
  async function inTurns<T>(items: Iterable<T>, perTurn: number, write: (item: T) => void): Promise<void> {
    let written = 0
    for (const item of items) {
      write(item)
      written += 1
      if (written % perTurn === 0) await eventLoopTurn()
    }
  }

  return {
    add: (batches) =>
      db.transaction().execute(() =>
        inTurns(batches, GROUPS_PER_TURN, (batch) => {
          putGroup.run(batch.part, groupText(batch))
        }),
      ),

    addUp: (part) =>
      db.transaction().execute(async () => {
        const groups = takeGroups.all(part).sort((a, b) => a.id - b.id)
        const sums = sumOfGroups(groups.map(({ counts_json }) => counts_json))
        await inTurns(sums, TENANTS_PER_TURN, ([tenant, { counts, recent }]) => {
          for (const count of counts.values()) addCount.run({ tenant, ...count })
          if (recent.length > 0) addRecent(tenant, recent)
        })
      }),
  }
}
