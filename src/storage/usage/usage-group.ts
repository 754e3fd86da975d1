/**
 * What a part of the tenants has used in a second, as the text of one row. What was counted stands in it once, and each
 * tenant's numbers point there: a busy second of ten thousand tenants is half a megabyte. Pure.
 */
import type { TenantId } from '../../kernel/ids.ts'
import { type Cell, type Counted, type Recent, recentOf, type UsageBatch } from '../../usage/tally.ts'
import type { DatedCount, RecentRequest } from '../../usage/usage.ts'

type Group = { counted: readonly Counted[]; tenants: readonly TenantRow[] }
type TenantRow = readonly [tenant: TenantId, cells: readonly CellRow[], recent: readonly RecentRow[]]
/** `of`: a place in `Group.counted`. */
type CellRow = readonly [of: number, count: number, durationMs: number, fromMemory: number, lastAt: number]
type RecentRow = readonly [of: number, at: number, durationMs: number]

export function groupText({ tenants }: UsageBatch): string {
  const places = new Map<Counted, number>()
  const placeOf = (of: Counted): number => {
    const known = places.get(of)
    if (known !== undefined) return known
    places.set(of, places.size)
    return places.size - 1
  }
  const cellRow = ({ of, count, durationMs, fromMemory, lastAt }: Cell): CellRow => [
    placeOf(of),
    count,
    microseconds(durationMs),
    fromMemory,
    lastAt,
  ]
  const recentRow = ({ of, at, durationMs }: Recent): RecentRow => [placeOf(of), at, microseconds(durationMs)]
  const rows: TenantRow[] = []
  for (const [tenant, tally] of tenants) rows.push([tenant, tally.cells.map(cellRow), recentOf(tally).map(recentRow)])
  return JSON.stringify({ counted: [...places.keys()], tenants: rows } satisfies Group)
}

/** To a whole number of them: fewer digits, and no less than a report shows. */
const microseconds = (ms: number): number => Math.round(ms * 1_000) / 1_000

/** What a tenant has used. `recent`: its last requests, the oldest first. */
export type TenantSum = { counts: Map<string, DatedCount>; recent: RecentRequest[] }

/** What several groups of a part come to. @param texts the oldest first */
export function sumOfGroups(texts: readonly string[]): Map<TenantId, TenantSum> {
  const sums = new Map<TenantId, TenantSum>()
  for (const text of texts) {
    const { counted, tenants } = JSON.parse(text) as Group
    for (const [tenant, cells, recent] of tenants) {
      const sum: TenantSum = sums.get(tenant) ?? { counts: new Map(), recent: [] }
      sums.set(tenant, sum)
      for (const [of, ...amounts] of cells) add(sum.counts, counted[of]!, amounts)
      for (const [of, at, durationMs] of recent) {
        const { method, target, status } = counted[of]!
        sum.recent.push({ at, method, path: target, status: Number(status), durationMs })
      }
    }
  }
  return sums
}

type Amounts = readonly [count: number, durationMs: number, fromMemory: number, lastAt: number]

function add(counts: TenantSum['counts'], of: Counted, [count, durationMs, fromMemory, lastAt]: Amounts): void {
  const { day, kind, method, target, status } = of
  const name = method === '' ? target : `${method} ${target}`
  const key = `${day} ${kind} ${status} ${name}`
  const sum = counts.get(key)
  if (sum) {
    sum.count += count
    sum.durationMs += durationMs
    sum.fromMemory += fromMemory
    sum.lastAt = Math.max(sum.lastAt, lastAt)
  } else counts.set(key, { day, kind, name, status: String(status), count, durationMs, fromMemory, lastAt })
}
