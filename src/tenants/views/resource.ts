/** Tenants as the admin API shows them: snake_case members, as its clients post them. Pure. */
import { requestsResource } from '../../usage/resource.ts'
import { profileBody } from '../profile.ts'
import { statusOf } from '../tenant.ts'
import type { TenantUsage, TenantView } from './report.ts'

export function tenantResource({ tenant, branch, namespace, taskQueue, state, behind }: TenantView) {
  const { suspendedAt, deletedAt } = tenant
  return {
    tenant_id: tenant.id,
    status: statusOf(tenant),
    ...profileBody(tenant.profile),
    namespace,
    branch,
    task_queue: taskQueue,
    origin: tenant.origin,
    version: tenant.version,
    created_at: tenant.createdAt.toISOString(),
    updated_at: tenant.updatedAt.toISOString(),
    ...(suspendedAt ? { suspended_at: suspendedAt.toISOString() } : {}),
    ...(deletedAt ? { deleted_at: deletedAt.toISOString() } : {}),
    state: state.kind,
    behind_main: behind,
    ...('head' in state ? { head: state.head } : {}),
    ...(state.kind === 'degraded' ? { serving: state.serving } : {}),
    ...(state.kind === 'degraded' || state.kind === 'invalid' ? { errors: state.problems } : {}),
    ...(state.kind === 'branch-unreadable' ? { detail: state.detail } : {}),
  }
}

export function usageResource(usage: TenantUsage) {
  const { commits, executions, requests } = usage
  const { lastActivityAt, byTarget, byStatus, durationMs } = executions
  return {
    ...tenantResource(usage),
    commits: commits && { total: commits.total, by_author: commits.byAuthor, by_day: commits.byDay },
    executions: {
      total: executions.executions,
      by_status: byStatus,
      by_target: byTarget.map(({ kind, name, executions: total, byStatus: ends, durationMs: took }) => ({
        kind,
        name,
        total,
        by_status: ends,
        duration_ms: took,
      })),
      duration_ms: durationMs,
      errors: byStatus.failed,
    },
    requests: requestsResource(requests),
    last_activity: lastActivityAt === null ? null : new Date(lastActivityAt).toISOString(),
  }
}
