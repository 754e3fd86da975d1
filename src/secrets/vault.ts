/**
 * Writing secrets, and turning the keys over.
 * Invariants: a value goes in and never comes out here; data keys are wrapped by the master key that the store names
 * within the same transaction, so that a rotation in another process leaves none behind.
 */
import type { Origin } from '../access/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import { AppError } from '../kernel/errors.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { RandomBytes } from './cipher.ts'
import {
  type DataKey,
  type MasterKey,
  type MasterKeys,
  makeDataKey,
  rewrap,
  unwrap,
  type WrappedKey,
} from './key-ring.ts'
import { openSecret, type SecretSummary, sealSecret } from './secret.ts'
import type { SecretStore } from './store.ts'

export type SecretVault = {
  /** @throws AppError `secret-limit-reached`, `secret-unreadable` */
  put(tenant: TenantId, secret: { name: string; value: string }, origin: Origin): Promise<{ version: number }>
  list(tenant: TenantId): Promise<SecretSummary[]>
  /** @throws AppError `secret-not-found` */
  remove(tenant: TenantId, name: string, origin: Origin): Promise<void>
  /**
   * Gives the tenant a new data key and seals its secrets by it.
   * @returns how many there are
   * @throws AppError `secret-unreadable` where one cannot be opened; nothing was changed then
   */
  rotateDataKey(tenant: TenantId, origin: Origin): Promise<number>
  /** Wraps every data key by `master`. @throws AppError `secret-unreadable`; nothing was changed then */
  rewrapAll(master: MasterKey, origin: Origin): Promise<number>
}

export type VaultDeps = {
  store: SecretStore
  masters: MasterKeys
  random: RandomBytes
  clock: Pick<Clock, 'now'>
  /** Told of each secret that is no longer what it was. */
  onChange(tenant: TenantId, name: string): void
}

export function secretVault({ store, masters, random, clock, onChange }: VaultDeps): SecretVault {
  const change = (origin: Origin) => ({ origin, atMs: Math.floor(clock.now()) })

  const requireMaster = (id: string): MasterKey => {
    const master = masters.find(id)
    if (master) return master
    throw unreadable(
      'The master key of the secrets is not the one that this server has.',
      `Master key ${id} is missing`,
    )
  }

  const requireDataKey = (tenant: TenantId, wrapped: WrappedKey): DataKey => {
    const dataKey = unwrap(tenant, wrapped, masters)
    if (dataKey) return dataKey
    throw unreadable(
      'The data key of this tenant cannot be opened.',
      `Data key of ${tenant}, version ${wrapped.version}`,
    )
  }

  return {
    async put(tenant, { name, value }, origin) {
      const seal: Parameters<SecretStore['write']>[2]['seal'] = ({ version, masterId, dataKey: standing }) => {
        const { wrapped, dataKey } = standing
          ? { wrapped: standing, dataKey: requireDataKey(tenant, standing) }
          : makeDataKey({ tenant, version: 1, master: requireMaster(masterId) }, random)
        return { dataKey: wrapped, secret: sealSecret({ tenant, name, version, value }, dataKey, random) }
      }
      const written = await store.write(tenant, name, { ...change(origin), seal })
      onChange(tenant, name)
      return written
    },

    list: (tenant) => store.list(tenant),

    async remove(tenant, name, origin) {
      const existed = await store.remove(tenant, name, change(origin))
      onChange(tenant, name)
      if (!existed) throw new AppError('secret-not-found', { detail: `This tenant has no secret "${name}".` })
    },

    async rotateDataKey(tenant, origin) {
      const reseal: Parameters<SecretStore['rekey']>[1]['reseal'] = ({ masterId, dataKey: standing, secrets }) => {
        const old = requireDataKey(tenant, standing)
        const version = standing.version + 1
        const { wrapped, dataKey } = makeDataKey({ tenant, version, master: requireMaster(masterId) }, random)
        const resealed = secrets.map((secret) => {
          const value = openSecret(tenant, secret, old)
          if (value === undefined) throw unreadable(`The secret "${secret.name}" cannot be opened.`, `Of ${tenant}`)
          return sealSecret({ tenant, name: secret.name, version: secret.version, value }, dataKey, random)
        })
        return { dataKey: wrapped, secrets: resealed }
      }
      return (await store.rekey(tenant, { ...change(origin), reseal })) ?? 0
    },

    rewrapAll: (master, origin) =>
      store.rewrapAll({
        ...change(origin),
        masterId: master.id,
        rewrap(tenant, wrapped) {
          const rewrapped = rewrap({ tenant, wrapped, master, masters }, random)
          if (rewrapped) return rewrapped
          throw unreadable(`The data key of "${tenant}" cannot be opened.`, `Wrapped by ${wrapped.masterId}`)
        },
      }),
  }
}

const unreadable = (detail: string, internal: string): AppError =>
  new AppError('secret-unreadable', { detail, internal })
