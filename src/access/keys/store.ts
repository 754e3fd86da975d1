/** The ports to the rows of keys. Every change carries its origin and is audited in the transaction that makes it. */
import type { TenantId } from '../../kernel/ids.ts'
import type { Origin } from '../actor.ts'
import type { ApiKey } from './key.ts'

/** Whose keys: a tenant's, or the operators' (null). */
export type KeyOwner = TenantId | null

export type Replacement = {
  /** The key that takes over. */
  by: ApiKey
  /** When the old one ends. */
  endsAt: number
  atMs: number
}

export type KeyStore = {
  /** All of them or none. */
  add(keys: readonly ApiKey[], origin: Origin): Promise<void>
  find(owner: KeyOwner, id: string): Promise<ApiKey | undefined>
  /** Sorted by id, those that come after `after`. */
  list(owner: KeyOwner, page: { after: string; limit: number }): Promise<ApiKey[]>
  /** @returns false where the key is not in force or was rotated already: of two at once, one wins */
  replace(owner: KeyOwner, id: string, replacement: Replacement, origin: Origin): Promise<boolean>
  /** @returns the key as it now stands, undefined where there is none; a second call changes nothing */
  revoke(owner: KeyOwner, id: string, atMs: number, origin: Origin): Promise<ApiKey | undefined>
  /** Last uses by id, in milliseconds since 1970. Not audited. */
  recordUses(uses: ReadonlyMap<string, number>): Promise<void>
}

/** What every request with a key asks. */
export type KeyLookup = {
  /** Of whatever tenant. At most `KEY_STALENESS_MS` old, but never older than the last `forget`. */
  find(id: string): ApiKey | undefined
  /** To be called after a change of the key. */
  forget(id: string): void
}

/** How long a change that another process made may stay unseen. */
export const KEY_STALENESS_MS = 2_000
