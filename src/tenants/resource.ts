/** Tenants as the admin API shows them: snake_case members, as its clients post them. Pure. */
import type { TenantUsage, TenantView } from './report.ts'

export function tenantResource({ tenant, branch, namespace, taskQueue, state }: TenantView) {
  const createdAt = tenant.createdAt.toISOString()
  return {
    tenant_id: tenant.id,
    status: 'active',
    namespace,
    branch,
    task_queue: taskQueue,
    origin: tenant.origin,
    created_at: createdAt,
    updated_at: createdAt,
    state: state.kind,
    ...(state.kind === 'branch-missing' ? {} : { head: state.head }),
    ...(state.kind === 'degraded' ? { serving: state.serving } : {}),
    ...(state.kind === 'degraded' || state.kind === 'invalid' ? { errors: state.problems } : {}),
  }
}

export function usageResource(usage: TenantUsage) {
  const { commits, executions } = usage
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
    last_activity: lastActivityAt === null ? null : new Date(lastActivityAt).toISOString(),
  }
}
