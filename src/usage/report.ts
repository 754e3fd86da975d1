/** What a tenant has used, added up from what was counted. */
import type { Clock } from '../kernel/clock.ts'
import type { TenantId } from '../kernel/ids.ts'
import { partOf } from './parts.ts'
import type { UsageRecorder } from './recorder.ts'
import type { DayCount, UsageStore } from './store.ts'
import { dayOf, type RecentRequest, type UsageCount, type UsageKind } from './usage.ts'

/** Sums over some counts. */
export type Sum = {
  total: number
  byStatus: Readonly<Record<string, number>>
  /** Milliseconds; null = nothing was counted. */
  avgDurationMs: number | null
}

export type NamedSum = Sum & { name: string }

export type RequestReport = { requests: Sum; byEndpoint: readonly NamedSum[] }

export type Analytics = RequestReport & { recent: readonly RecentRequest[] }

export type UsageReport = RequestReport & {
  /** The days that were added up, both included. */
  fromDay: number
  toDay: number
  byTool: readonly NamedSum[]
  byWorkflow: readonly NamedSum[]
  byDay: readonly DayCount[]
  today: {
    requests: Sum
    /** The share of today's requests that a snapshot in memory answered; null = no request today. */
    fromMemory: number | null
  }
  /** The last request of these days in milliseconds since 1970-01-01T00:00Z; null = none. */
  lastActiveAt: number | null
}

export type UsageReports = {
  /** Of all that is kept. */
  analytics(tenant: TenantId): Promise<Analytics>
  /** @param days how many days back, today included; from 1 */
  usage(tenant: TenantId, days: number): Promise<UsageReport>
  /** Requests of the calendar month (UTC) so far, but for those that a limit refused. */
  callsThisMonth(tenant: TenantId): Promise<number>
}

export function createUsageReports({
  store,
  recorder,
  clock,
}: {
  store: UsageStore
  recorder: Pick<UsageRecorder, 'flush'>
  clock: Pick<Clock, 'now'>
}): UsageReports {
  /** Makes what the tenant has used so far readable. */
  async function settle(tenant: TenantId): Promise<void> {
    await recorder.flush()
    await store.addUp(partOf(tenant))
  }

  return {
    async analytics(tenant) {
      await settle(tenant)
      const [counts, recent] = await Promise.all([store.byKey(tenant, 0), store.recent(tenant)])
      return { ...requestReport(counts), recent }
    },

    async usage(tenant, days) {
      await settle(tenant)
      const toDay = dayOf(clock.now())
      const fromDay = toDay - days + 1
      const [counts, byDay, todays] = await Promise.all([
        store.byKey(tenant, fromDay),
        store.byDay(tenant, fromDay),
        store.byKey(tenant, toDay),
      ])
      const today = todays.filter(isOf('request'))
      return {
        fromDay,
        toDay,
        ...requestReport(counts),
        byTool: byName(counts.filter(isOf('tool'))),
        byWorkflow: byName(counts.filter(isOf('workflow'))),
        byDay,
        today: { requests: sum(today), fromMemory: share(today) },
        lastActiveAt: latest(counts.filter(isOf('request'))),
      }
    },
    async callsThisMonth(tenant) {
      await settle(tenant)
      const now = new Date(clock.now())
      const firstDay = dayOf(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()))
      const counted = (await store.byKey(tenant, firstDay)).filter(isOf('request'))
      return total(
        counted.filter(({ status }) => status !== REFUSED),
        'count',
      )
    },
  }
}

function requestReport(counts: readonly UsageCount[]): RequestReport {
  const requests = counts.filter(isOf('request'))
  return { requests: sum(requests), byEndpoint: byName(requests) }
}

/** The status of requests that cost nothing, since a limit kept them out. */
const REFUSED = '429'

const latest = (counts: readonly UsageCount[]): number | null =>
  counts.reduce<number | null>((last, { lastAt }) => Math.max(last ?? 0, lastAt), null)

const isOf =
  (wanted: UsageKind) =>
  ({ kind }: UsageCount): boolean =>
    kind === wanted

const total = (counts: readonly UsageCount[], member: 'count' | 'durationMs' | 'fromMemory'): number =>
  counts.reduce((all, each) => all + each[member], 0)

function sum(counts: readonly UsageCount[]): Sum {
  const byStatus: Record<string, number> = {}
  for (const { status, count } of counts) byStatus[status] = (byStatus[status] ?? 0) + count
  const all = total(counts, 'count')
  return { total: all, byStatus, avgDurationMs: all === 0 ? null : total(counts, 'durationMs') / all }
}

const share = (counts: readonly UsageCount[]): number | null =>
  counts.length === 0 ? null : total(counts, 'fromMemory') / total(counts, 'count')

/** Most first. */
function byName(counts: readonly UsageCount[]): NamedSum[] {
  const groups = new Map<string, UsageCount[]>()
  for (const each of counts) groups.set(each.name, [...(groups.get(each.name) ?? []), each])
  return [...groups]
    .map(([name, group]) => ({ name, ...sum(group) }))
    .sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1))
}
