/**
 * Counting in memory, on the way of every request: lookups and additions, and no text made but for a key that is new.
 * Invariant: what was counted is handed out exactly once, by `take`.
 */
import type { Clock } from '../kernel/clock.ts'
import type { TenantId } from '../kernel/ids.ts'
import {
  type DatedCount,
  dayOf,
  RECENT_REQUESTS,
  type RecentRequest,
  type UsageCount,
  type UsageKind,
} from './usage.ts'

export type AnsweredRequest = {
  tenant: TenantId
  method: string
  /** The path of the route. */
  route: string
  status: number
  durationMs: number
  /** Whether the snapshot was in memory already. */
  fromMemory: boolean
}

export type EndedExecution = { kind: 'tool' | 'workflow'; name: string; status: string; durationMs: number }

export type UsageBatch = {
  counts: readonly DatedCount[]
  /** The last requests of each tenant in the batch, newest first. */
  recent: ReadonlyMap<TenantId, readonly RecentRequest[]>
}

export type Tally = {
  answered(request: AnsweredRequest): void
  executed(tenant: TenantId, execution: EndedExecution): void
  /** All that was counted since it was last asked; undefined = nothing. */
  take(): UsageBatch | undefined
}

/** `method` and `code` are what `name` and `status` are made of, so that a request finds its cell without making text. */
type RequestCell = UsageCount & { method: string; code: number }
type TenantTally = {
  requests: Map<string, RequestCell[]>
  executions: Map<string, UsageCount[]>
  recent: RecentRequest[]
  /** How many requests went through `recent`, which is a ring. */
  seen: number
}

export function createTally(clock: Pick<Clock, 'now'>): Tally {
  let day = -1
  let tenants = new Map<TenantId, TenantTally>()
  let ended: { day: number; tenants: Map<TenantId, TenantTally> }[] = []

  function tallyOf(tenant: TenantId, now: number): TenantTally {
    const today = dayOf(now)
    if (today !== day) {
      if (tenants.size > 0) ended.push({ day, tenants })
      tenants = new Map()
      day = today
    }
    const found = tenants.get(tenant)
    if (found) return found
    const made: TenantTally = { requests: new Map(), executions: new Map(), recent: [], seen: 0 }
    tenants.set(tenant, made)
    return made
  }

  return {
    answered({ tenant, method, route, status, durationMs, fromMemory }) {
      const now = clock.now()
      const tally = tallyOf(tenant, now)
      const cell = requestCell(tally, method, route, status)
      add(cell, durationMs, now)
      if (fromMemory) cell.fromMemory += 1
      remember(tally, { at: now, method, path: route, status, durationMs })
    },

    executed(tenant, { kind, name, status, durationMs }) {
      const now = clock.now()
      add(executionCell(tallyOf(tenant, now), kind, name, status), durationMs, now)
    },

    take() {
      const days = tenants.size > 0 ? [...ended, { day, tenants }] : ended
      if (days.length === 0) return undefined
      ended = []
      tenants = new Map()
      return batchOf(days)
    },
  }
}

function add(cell: UsageCount, durationMs: number, now: number): void {
  cell.count += 1
  cell.durationMs += durationMs
  cell.lastAt = now
}

function remember(tally: TenantTally, request: RecentRequest): void {
  tally.recent[tally.seen % RECENT_REQUESTS] = request
  tally.seen += 1
}

function requestCell({ requests }: TenantTally, method: string, route: string, code: number): RequestCell {
  const cells = requests.get(route)
  const found = cells?.find((cell) => cell.code === code && cell.method === method)
  if (found) return found
  const made = { ...blank('request', `${method} ${route}`, String(code)), method, code }
  if (cells) cells.push(made)
  else requests.set(route, [made])
  return made
}

function executionCell({ executions }: TenantTally, kind: UsageKind, name: string, status: string): UsageCount {
  const cells = executions.get(name)
  const found = cells?.find((cell) => cell.status === status && cell.kind === kind)
  if (found) return found
  const made = blank(kind, name, status)
  if (cells) cells.push(made)
  else executions.set(name, [made])
  return made
}

const blank = (kind: UsageKind, name: string, status: string): UsageCount => ({
  kind,
  name,
  status,
  count: 0,
  durationMs: 0,
  fromMemory: 0,
  lastAt: 0,
})

/** Rows of a part, which the database takes in about a millisecond. */
const PART_ROWS = 50

/** The same, to be written bit by bit: with a thousand tenants in one second it would hold up all requests. */
export function inParts({ counts, recent }: UsageBatch): UsageBatch[] {
  const last = [...recent]
  const parts = Math.ceil(Math.max(counts.length, last.length) / PART_ROWS)
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [part * PART_ROWS, (part + 1) * PART_ROWS]
    return { counts: counts.slice(from, to), recent: new Map(last.slice(from, to)) }
  })
}

function batchOf(days: readonly { day: number; tenants: ReadonlyMap<TenantId, TenantTally> }[]): UsageBatch {
  const counts: DatedCount[] = []
  const recent = new Map<TenantId, readonly RecentRequest[]>()
  for (const { day, tenants } of days) {
    for (const [tenant, tally] of tenants) {
      for (const cells of [...tally.requests.values(), ...tally.executions.values()]) {
        for (const cell of cells) counts.push(dated(cell, tenant, day))
      }
      if (tally.recent.length > 0) recent.set(tenant, [...newestFirst(tally), ...(recent.get(tenant) ?? [])])
    }
  }
  return { counts, recent }
}

const newestFirst = ({ recent, seen }: TenantTally): RecentRequest[] => {
  const oldest = seen % RECENT_REQUESTS
  return [...recent.slice(oldest), ...recent.slice(0, oldest)].reverse()
}

const dated = (cell: UsageCount, tenant: TenantId, day: number): DatedCount => ({
  tenant,
  day,
  kind: cell.kind,
  name: cell.name,
  status: cell.status,
  count: cell.count,
  durationMs: cell.durationMs,
  fromMemory: cell.fromMemory,
  lastAt: cell.lastAt,
})
