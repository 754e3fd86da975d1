/** Tenants as lines for people: what the shell scripts and the command line print. Pure. */
import type { Usage } from '../../executions/store.ts'
import type { bulkResource } from '../changes/bulk.ts'
import { isNarrow, type TenantFilter } from '../filter.ts'
import { statusOf } from '../tenant.ts'
import type { TenantState, TenantUsage, TenantView } from './report.ts'

/** How the answer came about, for the last line. */
export type Via = 'server' | 'repository'

const VIA: Readonly<Record<Via, string>> = {
  server: 'through the running server',
  repository: 'directly in the repository and the database',
}

export const createdText = (view: TenantView, { via, apiKey }: { via: Via; apiKey: string | undefined }): string =>
  lines([
    `Created tenant ${view.tenant.id} ${VIA[via]}:`,
    ...facts(view),
    ...(apiKey === undefined ? [] : [`  api key     ${apiKey} (it is not shown again)`]),
  ])

export const existsText = (view: TenantView): string =>
  lines([`Tenant ${view.tenant.id} exists already; nothing was changed:`, ...facts(view)])

export const tenantText = (view: TenantView): string => lines([`Tenant ${view.tenant.id}:`, ...facts(view)])

const facts = (view: TenantView): string[] => [
  `  branch      ${view.branch}`,
  `  namespace   ${view.namespace}`,
  `  task queue  ${view.taskQueue}`,
  `  plan        ${view.tenant.profile.plan}`,
  `  state       ${standing(view)}`,
]

export const bulkText = ({ created, failed, items }: ReturnType<typeof bulkResource>): string =>
  lines([
    `Created ${created} of ${created + failed} tenants.`,
    ...items.flatMap(({ tenant_id, detail, api_key }) => {
      if (detail !== undefined) return [`  ${String(tenant_id)}: ${detail}`]
      return api_key === undefined ? [] : [`  ${String(tenant_id)}: api key ${api_key} (it is not shown again)`]
    }),
  ])

/** @param next where the next page begins, if these are not all */
export function listText(
  views: readonly TenantView[],
  { filter, next }: { filter: TenantFilter; next: string | undefined },
): string {
  if (views.length === 0) {
    if (isNarrow(filter)) return 'No tenant is like that; without a filter all are listed that are not deleted.\n'
    return 'There is no tenant. `./setup-tenant.sh <id>` creates one.\n'
  }
  const width = Math.max(...views.map(({ tenant }) => tenant.id.length))
  return lines([
    ...views.map((view) => `${view.tenant.id.padEnd(width)}  ${standing(view)}`),
    ...(next === undefined ? [] : [`More follow: pageToken=${next}`]),
  ])
}

/** Where a tenant stands: first what keeps it from answering, if anything does. */
function standing({ tenant, state, behind }: TenantView): string {
  const status = statusOf(tenant)
  return `${status === 'active' ? '' : `${status}, `}${stateText(state)}${behind ? ', behind main' : ''}`
}

const stateText = (state: TenantState): string => STATE_TEXTS[state.kind](state as never)

const STATE_TEXTS: { [K in TenantState['kind']]: (state: Extract<TenantState, { kind: K }>) => string } = {
  live: ({ head }) => `live at ${short(head)}`,
  degraded: ({ head, serving, problems }) =>
    `degraded: ${short(head)} has ${counted(problems.length, 'error')}, ${short(serving)} serves`,
  invalid: ({ head, problems }) =>
    `invalid: ${short(head)} has ${counted(problems.length, 'error')} and no earlier commit is known to be good`,
  'branch-missing': () => 'its branch is gone',
  'branch-unreadable': ({ detail }) => detail,
}

export function usageText(usage: TenantUsage): string {
  const { tenant, branch, state, commits, executions, requests } = usage
  const problems = state.kind === 'degraded' || state.kind === 'invalid' ? state.problems : []
  const { byStatus, byTarget, durationMs, lastActivityAt } = executions
  return lines([
    `Tenant ${tenant.id} (${branch})`,
    `  head           ${stateText(state)}`,
    ...problems.map(({ file, line, column, detail }) => `                 ${file}:${line}:${column}: ${detail}`),
    `  last activity  ${lastActivityAt === null ? 'none' : new Date(lastActivityAt).toISOString()}`,
    '',
    `Commits of its own: ${commits?.total ?? 0}`,
    ...table((commits?.byAuthor ?? []).map(({ author, commits: count }) => [author, String(count)])),
    ...table((commits?.byDay ?? []).map(({ day, commits: count }) => [day, String(count)])),
    '',
    `Executions: ${executions.executions} (${outcomes(byStatus)})`,
    ...table(
      byTarget.map(({ kind, name, executions: count, byStatus: ends, durationMs: took }) => [
        `${kind} ${name}`,
        String(count),
        outcomes(ends),
        `p50 ${ms(took.p50)}`,
        `p95 ${ms(took.p95)}`,
      ]),
    ),
    `Durations: ${durationMs === null ? 'none yet' : `p50 ${ms(durationMs.p50)}, p95 ${ms(durationMs.p95)}`}`,
    `Errors: ${byStatus.failed}`,
    '',
    `Requests: ${requests.requests.total}`,
    ...table(
      requests.byEndpoint.map(({ name, total, byStatus: ends }) => [
        name,
        String(total),
        Object.entries(ends)
          .map(([status, count]) => `${status}: ${count}`)
          .join(', '),
      ]),
    ),
  ])
}

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`
const short = (oid: string): string => oid.slice(0, 12)
const ms = (value: number): string => `${value.toFixed(2)} ms`
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
const outcomes = ({ completed, refused, failed }: Usage['byStatus']): string =>
  `${completed} completed, ${refused} refused, ${failed} failed`

/** Rows in columns, each as wide as its widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(cell.length, all[i] ?? 0)), [])
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd())
}
