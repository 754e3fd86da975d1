/** `/api/analytics/requests` and `/api/v1/usage`: what a tenant has asked for. */
import { AppError } from '../../kernel/errors.ts'
import type { UsageReports } from '../../usage/report.ts'
import { analyticsResource, usageReportResource } from '../../usage/resource.ts'
import { RECENT_REQUESTS } from '../../usage/usage.ts'
import { answerJson, type Ctx, type Reply } from '../exchange.ts'
import type { Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'

const DAYS = { fallback: 30, max: 366 } as const

const BY_STATUS = { type: 'object', additionalProperties: { type: 'integer' } } as const
const AVERAGE = { type: ['number', 'null'], description: 'Milliseconds; null = nothing was counted.' } as const
const INSTANT = { type: 'string', format: 'date-time' } as const

const ANALYTICS = {
  type: 'object',
  required: ['tenant_id', 'total_requests', 'by_status', 'avg_duration_ms', 'recent_requests'],
  properties: {
    tenant_id: { type: 'string' },
    total_requests: { type: 'integer' },
    by_status: BY_STATUS,
    avg_duration_ms: AVERAGE,
    recent_requests: {
      type: 'array',
      maxItems: RECENT_REQUESTS,
      description: 'The newest first.',
      items: {
        type: 'object',
        required: ['at', 'method', 'path', 'status', 'duration_ms'],
        properties: {
          at: INSTANT,
          method: { type: 'string' },
          path: { type: 'string', description: 'The path of the route, with parameters in braces.' },
          status: { type: 'integer' },
          duration_ms: { type: 'number' },
        },
      },
    },
  },
} as const

const SUM = {
  type: 'object',
  required: ['total', 'by_status', 'avg_duration_ms'],
  properties: { total: { type: 'integer' }, by_status: BY_STATUS, avg_duration_ms: AVERAGE },
} as const

const NAMED_SUMS = {
  type: 'array',
  description: 'Most first.',
  items: { ...SUM, required: ['name', ...SUM.required], properties: { name: { type: 'string' }, ...SUM.properties } },
} as const

const USAGE_PROPERTIES = {
  tenant: { type: 'string' },
  queries_today: { type: 'integer', description: 'Requests of this day (UTC), of every kind.' },
  avg_response_time_ms: AVERAGE,
  cache_hit_rate: {
    type: ['number', 'null'],
    minimum: 0,
    maximum: 1,
    description:
      "The share of today's requests whose configuration was in memory already, so that no Git object was read. It says nothing of tools, which always run. null = no request today.",
  },
  last_active: { type: ['string', 'null'], format: 'date-time' },
  from: { type: 'string', format: 'date', description: 'The first day of all that follows.' },
  to: { type: 'string', format: 'date' },
  requests: SUM,
  by_endpoint: NAMED_SUMS,
  by_tool: NAMED_SUMS,
  by_workflow: NAMED_SUMS,
  by_day: {
    type: 'array',
    description: 'Days on which something happened, the earliest first; `by_status` is of requests.',
    items: {
      type: 'object',
      required: ['day', 'requests', 'executions', 'by_status'],
      properties: {
        day: { type: 'string', format: 'date' },
        requests: { type: 'integer' },
        executions: { type: 'integer' },
        by_status: BY_STATUS,
      },
    },
  },
} as const

const USAGE = { type: 'object', required: Object.keys(USAGE_PROPERTIES), properties: USAGE_PROPERTIES } as const

export function usageRoutes({ usage }: { usage: UsageReports }): Route[] {
  async function analytics(c: Ctx, scope: TenantScope): Promise<Reply> {
    const found = await usage.analytics(scope.tenant)
    return answerJson(c, analyticsResource(scope.tenant, found), { headers: scopeHeaders(scope) })
  }

  async function report(c: Ctx, scope: TenantScope): Promise<Reply> {
    const found = await usage.usage(scope.tenant, daysOf(c))
    return answerJson(c, usageReportResource(scope.tenant, found), { headers: scopeHeaders(scope) })
  }

  const reads = { method: 'get', access: 'tenant', right: 'usage:read', effect: 'reads' } as const
  return [
    {
      ...reads,
      path: '/api/analytics/requests',
      operation: {
        id: 'request-analytics',
        summary: "All of the tenant's requests, and the last of them",
        description: 'A request is counted once it is answered, so this one is not among them.',
        tag: 'tenant',
        responses: { 200: { description: 'The analytics.', schema: ANALYTICS } },
      },
      handle: analytics,
    },
    {
      ...reads,
      path: '/api/v1/usage',
      operation: {
        id: 'get-usage',
        summary: 'Requests and executions by day, endpoint, tool, workflow and outcome',
        tag: 'tenant',
        parameters: [
          {
            name: 'days',
            in: 'query',
            description: 'How many days back, today (UTC) included.',
            schema: { type: 'integer', minimum: 1, maximum: DAYS.max, default: DAYS.fallback },
          },
        ],
        responses: { 200: { description: 'The usage.', schema: USAGE } },
        problems: ['parameter-invalid'],
      },
      handle: report,
    },
  ]
}

function daysOf(c: Ctx): number {
  const text = c.query('days')
  const days = text === undefined ? DAYS.fallback : Number(text)
  if (Number.isInteger(days) && days >= 1 && days <= DAYS.max) return days
  throw new AppError('parameter-invalid', { detail: `days must be a whole number from 1 to ${DAYS.max}.` })
}
