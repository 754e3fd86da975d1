/** Who wants to know that a tenant is served something else than before. In this process alone, and without a queue. */
import type { TenantId } from '../kernel/ids.ts'
import type { Served } from './snapshot.ts'

export type ServedChange = {
  tenant: TenantId
  /** undefined: this process had not looked at the tenant's branch before, or has forgotten it since. */
  before: Served | undefined
  served: Served
}

export type ServedChanges = {
  /**
   * Calls `listener` with each change, right when a request (or a look by `current`) has found it; branches that nobody
   * asks for are not looked at. It must not throw, and must not wait.
   * @returns what ends it
   */
  subscribe(listener: (change: ServedChange) => void): () => void
}

export type ChangeBroadcast = ServedChanges & { tell(change: ServedChange): void }

export function createChangeBroadcast(): ChangeBroadcast {
  const listeners = new Set<(change: ServedChange) => void>()
  return {
    subscribe(listener) {
      const own = (change: ServedChange): void => listener(change)
      listeners.add(own)
      return () => listeners.delete(own)
    },
    tell(change) {
      for (const listener of listeners) listener(change)
    },
  }
}

/** Whether the two answer alike and say the same of the head. */
export function isSame(one: Served | undefined, other: Served): boolean {
  if (one?.kind !== other.kind) return false
  const revisions = (served: Served): (string | undefined)[] => [
    served.kind === 'invalid' ? undefined : served.snapshot.revision,
    served.kind === 'live' ? undefined : served.refused.revision,
  ]
  const [a, b] = [revisions(one), revisions(other)]
  return a[0] === b[0] && a[1] === b[1]
}
