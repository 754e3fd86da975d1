/**
 * Counting in memory, on the way of every request: lookups and additions, and no text made.
 * Invariant: what was counted is handed out exactly once, by `take`.
 */
import type { Clock } from '../kernel/clock.ts'
import type { TenantId } from '../kernel/ids.ts'
import { PARTS, partOf } from './parts.ts'
import { dayOf, RECENT_REQUESTS, type UsageKind } from './usage.ts'

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

/** What is counted on a day, as the request has it at hand; one object for all who count the same within a second. */
export type Counted = {
  readonly day: number
  readonly kind: UsageKind
  /** `''` for executions. */
  readonly method: string
  /** A route, a tool or a workflow. */
  readonly target: string
  readonly status: string | number
}

export type Cell = { readonly of: Counted; count: number; durationMs: number; fromMemory: number; lastAt: number }

/** What one tenant has used since somebody last asked. */
export type TenantTally = {
  /** A list, as a tenant has few in a second. */
  readonly cells: Cell[]
  /** The last requests, the oldest at `seen % RECENT_REQUESTS` once it is full. */
  readonly recent: Recent[]
  seen: number
}

export type Recent = { readonly of: Counted; at: number; durationMs: number }

/** What the tenants of one part have used, of those that have used anything. */
export type UsageBatch = { part: number; tenants: ReadonlyMap<TenantId, TenantTally> }

export type Tally = {
  answered(request: AnsweredRequest): void
  executed(tenant: TenantId, execution: EndedExecution): void
  /** All that was counted since it was last asked. */
  take(): UsageBatch[]
}

export function createTally(clock: Pick<Clock, 'now'>): Tally {
  let parts = emptyParts()
  /** By target. */
  let known = new Map<string, Counted[]>()

  function tallyOf(tenant: TenantId): TenantTally {
    const part = parts[partOf(tenant)]!
    const found = part.get(tenant)
    if (found) return found
    const made: TenantTally = { cells: [], recent: [], seen: 0 }
    part.set(tenant, made)
    return made
  }

  function countedAs(day: number, kind: UsageKind, method: string, target: string, status: Counted['status']): Counted {
    const alike = known.get(target)
    const found = alike?.find(
      (each) => each.status === status && each.method === method && each.kind === kind && each.day === day,
    )
    if (found) return found
    const made = { day, kind, method, target, status }
    if (alike) alike.push(made)
    else known.set(target, [made])
    return made
  }

  return {
    answered({ tenant, method, route, status, durationMs, fromMemory }) {
      const now = clock.now()
      const tally = tallyOf(tenant)
      const of = countedAs(dayOf(now), 'request', method, route, status)
      const cell = add(tally, of, durationMs, now)
      if (fromMemory) cell.fromMemory += 1
      tally.recent[tally.seen % RECENT_REQUESTS] = { of, at: now, durationMs }
      tally.seen += 1
    },

    executed(tenant, { kind, name, status, durationMs }) {
      const now = clock.now()
      add(tallyOf(tenant), countedAs(dayOf(now), kind, '', name, status), durationMs, now)
    },

    take() {
      const taken = parts
      parts = emptyParts()
      known = new Map()
      return taken.flatMap((tenants, part) => (tenants.size > 0 ? [{ part, tenants }] : []))
    },
  }
}

const emptyParts = (): Map<TenantId, TenantTally>[] => Array.from({ length: PARTS }, () => new Map())

function add({ cells }: TenantTally, of: Counted, durationMs: number, now: number): Cell {
  let cell = cells.find((each) => each.of === of)
  if (!cell) {
    cell = { of, count: 0, durationMs: 0, fromMemory: 0, lastAt: 0 }
    cells.push(cell)
  }
  cell.count += 1
  cell.durationMs += durationMs
  cell.lastAt = now
  return cell
}

export function recentOf({ recent, seen }: TenantTally): readonly Recent[] {
  const oldest = seen <= RECENT_REQUESTS ? 0 : seen % RECENT_REQUESTS
  return oldest === 0 ? recent : [...recent.slice(oldest), ...recent.slice(0, oldest)]
}
