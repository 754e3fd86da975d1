/**
 * What holds for a tenant right now: its own settings laid over its plan's. Computed in memory, for the way of a request.
 * `null` always means "no limit" or "everything is allowed"; an empty set means "nothing is allowed".
 */
import { effectiveLimits, type Plan } from '../plans/plan.ts'
import { statusOf, type Tenant, type TenantStatus } from './tenant.ts'

export type TenantSettings = {
  status: TenantStatus
  plan: string
  /** A whole number from 0; null = unlimited. */
  quotaRequestsPerMinute: number | null
  quotaTokensPerMinute: number | null
  apiCallsPerMonth: number | null
  /** How many there may be; null = unlimited. */
  users: number | null
  /** null = all. */
  allowedModels: ReadonlySet<string> | null
  allowedTools: ReadonlySet<string> | null
  /** The plan's and the tenant's own. */
  features: ReadonlySet<string>
}

/** @param plan the tenant's */
export function effectiveSettings(tenant: Tenant, plan: Plan): TenantSettings {
  const { profile } = tenant
  return {
    status: statusOf(tenant),
    plan: plan.name,
    quotaRequestsPerMinute: profile.quotaRequestsPerMinute,
    quotaTokensPerMinute: profile.quotaTokensPerMinute,
    ...effectiveLimits(plan, profile.limits),
    allowedModels: profile.allowedModels && new Set(profile.allowedModels),
    allowedTools: profile.allowedTools && new Set(profile.allowedTools),
    features: new Set([...plan.features, ...profile.settings.features]),
  }
}
