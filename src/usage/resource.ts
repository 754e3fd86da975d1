/** Usage as the API shows it. Pure. */
import type { TenantId } from '../kernel/ids.ts'
import type { Analytics, NamedSum, RequestReport, Sum, UsageReport } from './report.ts'
import type { DayCount } from './store.ts'
import { dayText } from './usage.ts'

export const analyticsResource = (tenant: TenantId, { requests, recent }: Analytics) => ({
  tenant_id: tenant,
  total_requests: requests.total,
  by_status: requests.byStatus,
  avg_duration_ms: roundedMs(requests.avgDurationMs),
  recent_requests: recent.map(({ at, method, path, status, durationMs }) => ({
    at: new Date(at).toISOString(),
    method,
    path,
    status,
    duration_ms: roundedMs(durationMs),
  })),
})

export const usageReportResource = (tenant: TenantId, report: UsageReport) => ({
  tenant,
  queries_today: report.today.requests.total,
  avg_response_time_ms: roundedMs(report.today.requests.avgDurationMs),
  cache_hit_rate: report.today.fromMemory,
  last_active: report.lastActiveAt === null ? null : new Date(report.lastActiveAt).toISOString(),
  from: dayText(report.fromDay),
  to: dayText(report.toDay),
  requests: sumResource(report.requests),
  by_endpoint: report.byEndpoint.map(namedResource),
  by_tool: report.byTool.map(namedResource),
  by_workflow: report.byWorkflow.map(namedResource),
  by_day: byDay(report.byDay),
})

/** What operators see beside commits and executions. */
export const requestsResource = ({ requests, byEndpoint }: RequestReport) => ({
  ...sumResource(requests),
  by_endpoint: byEndpoint.map(namedResource),
})

const namedResource = ({ name, ...sum }: NamedSum) => ({ name, ...sumResource(sum) })

const sumResource = ({ total, byStatus, avgDurationMs }: Sum) => ({
  total,
  by_status: byStatus,
  avg_duration_ms: roundedMs(avgDurationMs),
})

/** Days on which something happened. */
function byDay(counts: readonly DayCount[]) {
  const days = new Map<number, { requests: number; executions: number; by_status: Record<string, number> }>()
  for (const { day, kind, status, count } of counts) {
    const row = days.get(day) ?? { requests: 0, executions: 0, by_status: {} }
    days.set(day, row)
    if (kind === 'request') {
      row.requests += count
      row.by_status[status] = count
    } else row.executions += count
  }
  return [...days].map(([day, row]) => ({ day: dayText(day), ...row }))
}

/** To a microsecond. */
const roundedMs = <T extends number | null>(value: T): T | number =>
  value === null ? value : Math.round(value * 1_000) / 1_000
