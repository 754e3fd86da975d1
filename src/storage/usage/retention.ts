/**
 * How long executions and counts of use are kept. A sweep looks at hundreds of tenants at once, most of which have nothing
 * past its time, and takes the others one by one, in pieces that each hold the database for some milliseconds at most;
 * requests get their turn in between. One that is cut short goes on with the next.
 * The audit trail is a chain and is never shortened.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Clock } from '../../kernel/clock.ts'
import type { TenantId } from '../../kernel/ids.ts'
import type { Log } from '../../observability/log.ts'
import { dayOf } from '../../usage/usage.ts'
import type { Database } from '../schema.ts'
import type { Storage } from '../sqlite.ts'
import { tenantDb } from '../tenants/tenant-scope.ts'

export type Retention = {
  /** Deletes what is past its time. One sweep after the other. */
  sweep(): Promise<void>
  /** Ends with the piece that is under way. */
  close(): Promise<void>
}

const EVERY_MS = 3_600_000
const DAY_MS = 86_400_000
const EXECUTIONS_PER_PIECE = 500

/** A millisecond of the database. */
const TENANTS_PER_PIECE = 250

/** Of which table what is past its time: its rows below `first`. */
type Past = { table: 'execution'; column: 'id'; first: string } | { table: 'usage'; column: 'day'; first: number }

/** @param days for how many days each is kept; of usage, today among them */
export function openRetention(
  { db }: Pick<Storage, 'db'>,
  { days, clock, log }: { days: { executions: number; usage: number }; clock: Pick<Clock, 'now'>; log: Log },
): Retention {
  let isClosed = false
  let sweeping: Promise<void> = Promise.resolve()
  const timer = setInterval(sweepSoon, EVERY_MS)
  timer.unref()
  sweepSoon()

  async function sweepAll(): Promise<void> {
    const firstId = firstIdAt(clock.now() - days.executions * DAY_MS)
    const firstDay = dayOf(clock.now()) - days.usage + 1
    await eachTenant({ table: 'execution', column: 'id', first: firstId }, async (tenant) => {
      while (!isClosed && (await deleteExecutions(db, tenant, firstId)) === EXECUTIONS_PER_PIECE) await eventLoopTurn()
    })
    await eachTenant({ table: 'usage', column: 'day', first: firstDay }, (tenant) => deleteUsage(db, tenant, firstDay))
  }

  async function eachTenant(past: Past, work: (tenant: TenantId) => Promise<void>): Promise<void> {
    let piece = await tenantsAfter(db, past, '')
    while (piece.length > 0 && !isClosed) {
      for (const { tenant, isDue } of piece) {
        if (!isDue || isClosed) continue
        await work(tenant)
        await eventLoopTurn()
      }
      await eventLoopTurn()
      piece = await tenantsAfter(db, past, piece.at(-1)?.tenant ?? '')
    }
  }

  function sweep(): Promise<void> {
    const swept = sweeping.then(sweepAll)
    sweeping = swept.catch(() => {})
    return swept
  }

  function sweepSoon(): void {
    sweep().catch((error: unknown) => log.error({ err: error }, 'What is past its time could not be deleted'))
  }

  return {
    sweep,
    async close() {
      isClosed = true
      clearInterval(timer)
      await sweeping
    },
  }
}

/**
 * The next tenants of the table, and whether they have something past its time. Across tenants, as nothing else would find
 * rows of one that is gone: from one to the next by the index, whose first columns these are.
 */
async function tenantsAfter(
  db: Kysely<Database>,
  { table, column, first }: Past,
  after: string,
): Promise<{ tenant: TenantId; isDue: number }[]> {
  const [rows, past] = [sql.table(table), sql.ref(column)]
  const found = await sql<{ tenant: TenantId; isDue: number }>`
    with recursive each_one(tenant) as (
      select min(tenant) from ${rows} where tenant > ${after}
      union all
      select (select min(tenant) from ${rows} where tenant > each_one.tenant) from each_one where tenant is not null
      limit ${TENANTS_PER_PIECE}
    )
    select tenant, exists (select 1 from ${rows} r where r.tenant = each_one.tenant and r.${past} < ${first}) as "isDue"
    from each_one where tenant is not null`.execute(db)
  return found.rows
}

/** @returns how many there were, at most a piece */
async function deleteExecutions(db: Kysely<Database>, tenant: TenantId, firstId: string): Promise<number> {
  const past = await tenantDb(db, tenant)
    .selectFrom('execution')
    .select('id')
    .where('id', '<', firstId)
    .orderBy('id')
    .limit(EXECUTIONS_PER_PIECE)
    .execute()
  const last = past.at(-1)
  if (last) await tenantDb(db, tenant).deleteFrom('execution').where('id', '<=', last.id).execute()
  return past.length
}

async function deleteUsage(db: Kysely<Database>, tenant: TenantId, firstDay: number): Promise<void> {
  await tenantDb(db, tenant).deleteFrom('usage').where('day', '<', firstDay).execute()
}

const TIME_DIGITS = 12

/** What no id from `ms` on is before: ids begin with their time (kernel/time-ordered-id.ts). */
function firstIdAt(ms: number): string {
  const time = Math.max(0, Math.floor(ms)).toString(16).padStart(TIME_DIGITS, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}`
}
