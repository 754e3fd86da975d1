/**
 * The port to sealed secrets and wrapped data keys. What it stores is unreadable to it: sealing is given to it as a
 * function, because the version that a secret gets is known within the transaction only.
 */
import type { Origin } from '../access/actor.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { WrappedKey } from './key-ring.ts'
import type { SealedSecret, SecretSummary } from './secret.ts'

/** What one change of a tenant's secrets starts from. */
export type RingState = {
  /** The master key that data keys are wrapped by now. It does not change while the change is made. */
  masterId: string
  dataKey: WrappedKey | undefined
}

export type Change = { origin: Origin; atMs: number }

export type SecretStore = {
  /**
   * Gives the secret its next version, 1 for a new one.
   * @param seal synchronous; what it throws undoes the change
   * @throws AppError `secret-limit-reached`
   */
  write(
    tenant: TenantId,
    name: string,
    change: Change & { seal(state: RingState & { version: number }): { secret: SealedSecret; dataKey: WrappedKey } },
  ): Promise<{ version: number }>
  /** Sorted by name. */
  list(tenant: TenantId): Promise<SecretSummary[]>
  /** Those of `names` that there are, and what they are sealed by. */
  read(
    tenant: TenantId,
    names: readonly string[],
  ): Promise<{ dataKey: WrappedKey | undefined; secrets: SealedSecret[] }>
  /** @returns whether there was one */
  remove(tenant: TenantId, name: string, change: Change): Promise<boolean>
  /**
   * Puts another data key in the place of the tenant's, and its secrets with it. All of it, or nothing.
   * @returns how many secrets there were; undefined where the tenant has no data key
   */
  rekey(
    tenant: TenantId,
    change: Change & {
      reseal(state: { masterId: string; dataKey: WrappedKey; secrets: readonly SealedSecret[] }): {
        dataKey: WrappedKey
        secrets: readonly SealedSecret[]
      }
    },
  ): Promise<number | undefined>
  /** Which master key data keys are wrapped by; `first` from now on where there was none. */
  masterId(first: string): Promise<string>
  /**
   * Wraps every data key anew. All of them, or none.
   * @returns how many there were
   */
  rewrapAll(
    change: Change & { masterId: string; rewrap(tenant: TenantId, dataKey: WrappedKey): WrappedKey },
  ): Promise<number>
}
