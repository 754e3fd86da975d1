/**
 * When each key was last used, to the minute and in groups: never one write per request. A `kill -9` costs the last
 * group.
 */
import type { ApiKey } from './key.ts'
import type { KeyStore } from './store.ts'

const PRECISION_MS = 60_000
const GROUP_MS = 5_000

export type LastUses = {
  /** Synchronous. */
  used(key: ApiKey, nowMs: number): void
  /** Writes what is buffered. */
  close(): Promise<void>
}

/** @param onError told of a group that could not be written; the next use is written instead */
export function createLastUses(store: Pick<KeyStore, 'recordUses'>, onError: (error: unknown) => void): LastUses {
  let uses = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined

  async function write(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const taken = uses
    uses = new Map()
    if (taken.size > 0) await store.recordUses(taken).catch(onError)
  }

  return {
    used({ id, lastUsedAt }, nowMs) {
      if (lastUsedAt !== null && nowMs - lastUsedAt < PRECISION_MS) return
      uses.set(id, nowMs)
      timer ??= setTimeout(write, GROUP_MS)
    },
    close: write,
  }
}
