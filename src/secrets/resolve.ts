/**
 * Secrets for the runs of tools: opened when they are asked for, and kept in memory for `LIFETIME_MS`.
 * Invariants: a source is bound to one tenant and reaches no other's; what does not open is refused and written to the
 * audit trail, because the database holds something that this program did not put there.
 */
import { LRUCache } from 'lru-cache'
import type { DenialLog } from '../audit/denials.ts'
import { AppError } from '../kernel/errors.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { SecretSource, SecretValues } from '../tools/tool.ts'
import { type MasterKeys, unwrap } from './key-ring.ts'
import { openSecret } from './secret.ts'
import type { SecretStore } from './store.ts'

/** How long a change that another process makes can go unseen; this one's own changes are seen at once. */
const LIFETIME_MS = 5_000
const MAX_CACHED = 10_000

export type SecretResolver = {
  forTenant(tenant: TenantId): SecretSource
  forget(tenant: TenantId, name: string): void
}

export type ResolverDeps = {
  store: Pick<SecretStore, 'read'>
  masters: MasterKeys
  denials: DenialLog
  newId: () => string
  /** Milliseconds of a clock that never goes back. */
  monotonic: () => number
}

export function secretResolver({ store, masters, denials, newId, monotonic }: ResolverDeps): SecretResolver {
  const cache = new LRUCache<string, string>({
    max: MAX_CACHED,
    ttl: LIFETIME_MS,
    // Values leave the memory when their time is up, not when somebody asks again.
    ttlAutopurge: true,
    perf: { now: monotonic },
    ttlResolution: 0,
  })

  function resolve(tenant: TenantId, names: readonly string[]): SecretValues | Promise<SecretValues> {
    const values = new Map<string, string>()
    for (const name of names) {
      const value = cache.get(keyOf(tenant, name))
      if (value === undefined) return load(tenant, names)
      values.set(name, value)
    }
    return values
  }

  async function load(tenant: TenantId, names: readonly string[]): Promise<SecretValues> {
    const { dataKey: wrapped, secrets } = await store.read(tenant, names)
    const dataKey = wrapped && unwrap(tenant, wrapped, masters)
    const values = new Map<string, string>()
    for (const name of names) {
      const sealed = secrets.find((secret) => secret.name === name)
      if (!sealed) throw missing(name)
      const value = dataKey && openSecret(tenant, sealed, dataKey)
      if (value === undefined) throw refuse(tenant, name)
      values.set(name, value)
      cache.set(keyOf(tenant, name), value)
    }
    return values
  }

  function refuse(tenant: TenantId, name: string): AppError {
    const requestId = newId()
    denials.deny({
      actor: 'system',
      tenant,
      reason: 'secret-unreadable',
      route: `secret ${name}`,
      requestId,
      address: null,
    })
    return new AppError('secret-unreadable', {
      detail: `The secret "${name}" cannot be opened: it was not sealed for this tenant, name and version. Write it again.`,
    })
  }

  return {
    forTenant: (tenant) => ({ resolve: (names) => resolve(tenant, names) }),
    forget: (tenant, name) => cache.delete(keyOf(tenant, name)),
  }
}

const keyOf = (tenant: TenantId, name: string): string => `${tenant}|${name}`

const missing = (name: string): AppError =>
  new AppError('secret-missing', {
    detail: `The tool needs the secret "${name}", which this tenant does not have. PUT /api/v1/secrets/${name} sets it.`,
    data: { secret: name },
  })
