/**
 * Which tenant a request is of, and what it is served. The only place that turns a header into a tenant.
 * Invariant: a `TenantScope` exists only for a tenant whose branch was read for this very request.
 */
import type { Origin } from '../access/actor.ts'
import { AppError } from '../kernel/errors.ts'
import { parseTenantId, TENANT_ID_FORM, type TenantId } from '../kernel/ids.ts'
import type { ServedSnapshots } from '../snapshots/served.ts'
import type { Served } from '../snapshots/snapshot.ts'
import type { TenantRegistry } from '../tenants/registry.ts'
import { type AnswerHeaders, type Ctx, requestHeader } from './exchange.ts'

export type TenantScope = { tenant: TenantId; served: Served; origin: Origin }

export type ScopeResolver = (c: Ctx, origin: Origin) => TenantScope | Promise<TenantScope>

/** @param only the one tenant of a dedicated deployment; other ids are unknown there */
export function createScopeResolver({
  registry,
  snapshots,
  only,
}: {
  registry: TenantRegistry
  snapshots: ServedSnapshots
  only: TenantId | undefined
}): ScopeResolver {
  return (c, origin) => {
    const tenant = tenantOf(c, only)
    const served = snapshots.current(tenant, registry.refOf(tenant))
    if (served instanceof Promise) return served.then((value) => adopted({ tenant, served: value, origin }))
    if (served === undefined) return registry.refuseAbsent(tenant)
    return adopted({ tenant, served, origin })
  }

  function adopted(scope: TenantScope): TenantScope | Promise<TenantScope> {
    if (registry.isKnown(scope.tenant)) return scope
    return registry.adopt(scope.tenant).then(() => scope)
  }
}

/** Two headers arrive as one value with a comma, which no id has: they are refused as malformed. */
function tenantOf(c: Ctx, only: TenantId | undefined): TenantId {
  const header = requestHeader(c, 'x-tenant-id')
  if (header === undefined || header === '') {
    if (only) return only
    throw new AppError('tenant-required', { detail: 'Name the tenant in the header X-Tenant-ID.' })
  }
  const tenant = parseTenantId(header)
  if (!tenant) {
    throw new AppError('tenant-invalid-id', { detail: `X-Tenant-ID must be one id: ${TENANT_ID_FORM}.` })
  }
  if (only && tenant !== only) {
    throw new AppError('tenant-not-found', { detail: `There is no tenant "${tenant}".` })
  }
  return tenant
}

/** Which commit answered, and whether a newer one was refused. */
export function scopeHeaders({ served }: Pick<TenantScope, 'served'>): AnswerHeaders {
  if (served.kind === 'live') return { 'X-Config-Revision': served.snapshot.revision, Vary: 'X-Tenant-ID' }
  const refused = { 'X-Config-Degraded': served.refused.revision, Vary: 'X-Tenant-ID' }
  return served.kind === 'degraded' ? { ...refused, 'X-Config-Revision': served.snapshot.revision } : refused
}
