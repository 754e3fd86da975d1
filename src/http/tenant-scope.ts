/**
 * Which tenant a request is of, and what it is served. The only place that turns a header into a tenant: a key decides,
 * and a header may only repeat it.
 * Invariant: a `TenantScope` exists only for a tenant whose branch was read for this very request.
 */
import type { Actor, Origin } from '../access/actor.ts'
import { AppError } from '../kernel/errors.ts'
import { parseTenantId, TENANT_ID_FORM, type TenantId } from '../kernel/ids.ts'
import type { ServedSnapshots } from '../snapshots/served.ts'
import type { Served } from '../snapshots/snapshot.ts'
import type { TenantRegistry } from '../tenants/registry.ts'
import { type AnswerHeaders, type Ctx, requestHeader } from './exchange.ts'

export type TenantScope = {
  tenant: TenantId
  served: Served
  /** Whether what is served was in memory when the request came. */
  fromMemory: boolean
  origin: Origin
  /** What is left of the tenant's limits; set by the gate, undefined where there are none. */
  quotaHeaders?: AnswerHeaders
  /** Whether the gate has counted this request. */
  isCounted?: true
}

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
    const named = tenantOf(c, only, origin.actor)
    const known = registry.admit(named)
    const tenant = known?.id ?? named
    const served = snapshots.current(tenant, known?.ref ?? registry.refOf(tenant))
    if (served === undefined) return registry.refuseAbsent(tenant)
    const fromMemory = !(served instanceof Promise)
    if (fromMemory && known) return { tenant, served, fromMemory, origin }
    // A branch that is asked for the first time gets its row while it is read.
    const row = known ? undefined : registry.adopt(tenant, origin)
    return Promise.all([served, row]).then(([value]) => ({ tenant, served: value, fromMemory, origin }))
  }
}

/** Two headers arrive as one value with a comma, which no id has: they are refused as malformed. */
function tenantOf(c: Ctx, only: TenantId | undefined, actor: Actor): TenantId {
  const header = requestHeader(c, 'x-tenant-id')
  const bound = actor.kind === 'key' ? actor.tenant : null
  if (header === undefined || header === '') {
    if (bound) return confirmed(bound, only)
    if (only) return only
    throw new AppError('tenant-required', { detail: 'Name the tenant in the header X-Tenant-ID.' })
  }
  const tenant = parseTenantId(header)
  if (!tenant) {
    throw new AppError('tenant-invalid-id', { detail: `X-Tenant-ID must be one id: ${TENANT_ID_FORM}.` })
  }
  if (bound) return confirmed(bound, tenant)
  if (only && tenant !== only) {
    throw new AppError('tenant-not-found', { detail: `There is no tenant "${tenant}".` })
  }
  return tenant
}

/** The tenant of a key, if it is the one that was named. The refusal is the same whether the named one exists or not. */
function confirmed(bound: TenantId, named: TenantId | undefined): TenantId {
  if (named === undefined || named === bound) return bound
  throw new AppError('tenant-mismatch', { detail: 'This key is for another tenant than the request names.' })
}

/** Which commit answered, whether a newer one was refused, and what is left of the tenant's limits. */
export function scopeHeaders({ served, quotaHeaders }: Pick<TenantScope, 'served' | 'quotaHeaders'>): AnswerHeaders {
  const headers: AnswerHeaders = { Vary: 'X-Tenant-ID' }
  if (served.kind !== 'invalid') headers['X-Config-Revision'] = served.snapshot.revision
  if (served.kind !== 'live') headers['X-Config-Degraded'] = served.refused.revision
  return quotaHeaders ? Object.assign(headers, quotaHeaders) : headers
}
