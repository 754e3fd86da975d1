/**
 * Executions, written in groups: a request hands its record over and goes on, and a group is one transaction.
 * A `kill -9` costs at most the records of the last `GROUP_MS`.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'
import type { Kysely, Selectable } from 'kysely'
import type { Execution, ExecutionError } from '../../executions/execution.ts'
import type { ExecutionFilter, ExecutionStore, ExecutionSummary } from '../../executions/store.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Oid, TenantId } from '../../kernel/ids.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import type { Database, ExecutionTable } from '../schema.ts'
import type { Storage } from '../sqlite.ts'
import { tenantDb } from '../tenants/tenant-scope.ts'
import { usageOf } from './execution-usage.ts'

/** A larger group writes each page of the index once for more of its rows. */
const GROUP_MS = 1_000
/** A group is written at once when it has grown to this, so that the buffer stays small under load. */
const GROUP_SIZE = 10000
/** Rows between two turns of the event loop, about a millisecond: requests go on while a group is written. */
const ROWS_PER_TURN = 200

const COLUMNS = [
  'tenant',
  'id',
  'revision',
  'kind',
  'name',
  'method',
  'status',
  'started_at',
  'duration_ms',
  'session_id',
  'request_id',
  'input_json',
  'output_json',
  'error_json',
  'steps_json',
] as const satisfies readonly (keyof ExecutionTable)[]

export type ClosableExecutionStore = ExecutionStore & { close(): Promise<void> }

/** @param onError told of a group that could not be written (a full disk); the group is tried again with the next */
export function executionStore({ db, sqlite }: Storage, onError: (error: unknown) => void): ClosableExecutionStore {
  const places = COLUMNS.map(() => '?').join(', ')
  const insert = sqlite.prepare(`insert into execution (${COLUMNS.join(', ')}) values (${places})`)
  let group: ExecutionRow[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  /** Kysely's transaction holds the one connection, so nobody else's statements get between these. */
  async function writeGroup(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (group.length === 0) return
    const taken = group
    group = []
    try {
      await db.transaction().execute(async () => {
        for (const [index, row] of taken.toSorted(byKey).entries()) {
          insert.run(row)
          if (index % ROWS_PER_TURN === ROWS_PER_TURN - 1) await eventLoopTurn()
        }
      })
    } catch (error) {
      // Bounded: with the disk full for long, the oldest records go first.
      group = [...taken, ...group].slice(-MAX_BUFFERED)
      throw error
    }
  }

  /** One group after the other; when it resolves, all that was recorded before the call is written. */
  function write(): Promise<void> {
    const written = writing.then(writeGroup)
    writing = written.catch(() => {})
    return written
  }

  function writeSoon(): void {
    write().catch((error: unknown) => {
      onError(error)
      timer ??= setTimeout(writeSoon, GROUP_MS)
    })
  }

  return {
    record(_tenant, execution) {
      group.push(toRow(execution))
      if (group.length === GROUP_SIZE) setImmediate(writeSoon)
      else timer ??= setTimeout(writeSoon, GROUP_MS)
    },

    flush: write,

    async find(tenant, id) {
      await write()
      const row = await tenantDb(db, tenant).selectFrom('execution').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toExecution(row)
    },

    async list(tenant, { pageSize, pageToken, filter }) {
      await write()
      const rows = await filtered(db, tenant, filter)
        .$if(pageToken !== undefined, (query) => query.where('id', '<', requirePageToken(pageToken)))
        .orderBy('id', 'desc')
        .limit(pageSize + 1)
        .execute()
      const items = rows.slice(0, pageSize)
      const last = items.at(-1)
      return {
        items: items.map(toSummary),
        ...(rows.length > pageSize && last ? { nextPageToken: last.id } : {}),
      }
    },

    async usage(tenant) {
      await write()
      return usageOf(tenantDb(db, tenant))
    },

    async close() {
      clearTimeout(timer)
      await write()
    },
  }
}

const MAX_BUFFERED = 100_000

const filtered = (db: Kysely<Database>, tenant: TenantId, { kind, name, status }: ExecutionFilter) =>
  tenantDb(db, tenant)
    .selectFrom('execution')
    .selectAll()
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? ''))
    .$if(name !== undefined, (query) => query.where('name', '=', name ?? ''))
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? ''))

const PAGE_TOKEN = /^[0-9a-f-]{36}$/

function requirePageToken(token: string | undefined): string {
  if (token !== undefined && PAGE_TOKEN.test(token)) return token
  throw new AppError('parameter-invalid', { detail: 'pageToken must be what an earlier page gave as nextPageToken.' })
}

/** Neighbours in the index are written one after the other. */
/** In the order of `COLUMNS`. A few texts in one list are less to keep for a second than the execution itself. */
type ExecutionRow = readonly [tenant: string, id: string, ...others: (string | number | null)[]]

const byKey = (a: ExecutionRow, b: ExecutionRow): number => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : 1)

const toRow = (execution: Execution): ExecutionRow => [
  execution.tenant,
  execution.id,
  execution.revision,
  execution.kind,
  execution.name,
  execution.method,
  execution.status,
  execution.startedAt,
  execution.durationMs,
  execution.sessionId ?? null,
  execution.requestId,
  jsonOrNull(execution.input),
  jsonOrNull(execution.output),
  jsonOrNull(execution.error),
  JSON.stringify(execution.steps),
]

const jsonOrNull = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

type Row = Selectable<ExecutionTable>

const toSummary = (row: Row): ExecutionSummary => ({
  id: row.id,
  tenant: row.tenant as TenantId,
  revision: row.revision as Oid,
  kind: row.kind as Execution['kind'],
  name: row.name,
  method: row.method as Execution['method'],
  status: row.status as Execution['status'],
  startedAt: row.started_at,
  durationMs: row.duration_ms,
  requestId: row.request_id,
  ...(row.session_id === null ? {} : { sessionId: row.session_id }),
  ...(row.error_json === null ? {} : { error: JSON.parse(row.error_json) as ExecutionError }),
})

const toExecution = (row: Row): Execution => ({
  ...toSummary(row),
  steps: JSON.parse(row.steps_json) as Execution['steps'],
  ...(row.input_json === null ? {} : { input: JSON.parse(row.input_json) as JsonObject }),
  ...(row.output_json === null ? {} : { output: JSON.parse(row.output_json) as Json }),
})
