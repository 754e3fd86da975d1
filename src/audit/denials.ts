/**
 * Denied requests, counted. A flood of them must neither fill the disk nor make writers wait, so that what is written is
 * one row for each caller, tenant and reason in a minute, with a count; a `kill -9` costs the minute's rows.
 * Invariant: at most `MAX_GROUPS` groups are held; callers beyond those share one for each reason.
 */
import type { TenantId } from '../kernel/ids.ts'

export type Denial = {
  /** As `actorName` says it; `NOBODY` where the caller proved no identity. Never text of the caller's own. */
  actor: string
  /** The tenant that was asked for, where it exists. */
  tenant: TenantId | null
  /** Why: the code of the problem that the caller saw, such as `access-denied`. */
  reason: string
  /** The path of the route, with its parameters in braces. */
  route: string
  requestId: string
  address: string | null
}

/** What was counted together; the other members are those of its first denial. */
export type DenialGroup = Denial & { count: number; firstAt: number; lastAt: number }

export type DenialLog = {
  /** Synchronous, and never fails: it only counts. */
  deny(denial: Denial): void
}

export const NOBODY = 'nobody'
/** The actor of the groups that are shared. */
const MANY = 'many'

const MAX_GROUPS = 1_000

export type DenialBuffer = {
  add(denial: Denial, nowMs: number): void
  /** Hands over what was counted, and starts anew. */
  take(): DenialGroup[]
}

export function denialBuffer(): DenialBuffer {
  let groups = new Map<string, DenialGroup>()
  const find = (denial: Denial): DenialGroup | undefined => groups.get(keyOf(denial))

  return {
    add(denial, nowMs) {
      const isFull = groups.size >= MAX_GROUPS && !find(denial)
      const counted = isFull ? { ...denial, actor: MANY, tenant: null } : denial
      const group = find(counted)
      if (group) {
        group.count += 1
        group.lastAt = nowMs
      } else groups.set(keyOf(counted), { ...counted, count: 1, firstAt: nowMs, lastAt: nowMs })
    },
    take() {
      const taken = [...groups.values()]
      groups = new Map()
      return taken
    },
  }
}

const keyOf = ({ actor, tenant, reason }: Denial): string => JSON.stringify([actor, tenant, reason])
