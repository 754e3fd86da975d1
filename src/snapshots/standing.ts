/**
 * Which commit of a tenant was good last, kept through restarts: a server that starts over a broken branch goes on with
 * what answered before. Pure rules, and the ports that keep it.
 */
import type { Oid, TenantId } from '../kernel/ids.ts'
import type { Served } from './snapshot.ts'

export type Standing = {
  tenant: TenantId
  /** The last commit that answered; null = none ever did. */
  good: Oid | null
  /** The head that was refused after it; null = the head is `good`. */
  refused: Oid | null
  /** When this began, in milliseconds since 1970: one refused head after another is one time. */
  sinceMs: number
}

/** How many tenants are served something else than their head. */
export type StandingCounts = { degraded: number; invalid: number }

export type StandingRows = {
  find(tenant: TenantId): Promise<Standing | undefined>
  /** Of tenants that are not deleted. */
  counts(): Promise<StandingCounts>
  /** Writes what differs from what is written; where only `refused` moved on, `sinceMs` stays as it was. */
  save(standings: readonly Standing[]): Promise<void>
}

/** Keeps good commits from being collected when no branch reaches them any more. */
export type Pins = {
  /** For each tenant the commit that has to stay. What is pinned of tenants that are not named stays as it is. */
  pin(commits: ReadonlyMap<TenantId, Oid>): Promise<void>
  unpin(tenants: readonly TenantId[]): Promise<void>
}

/** What is to be remembered of what a tenant is served. */
export function standingOf(tenant: TenantId, served: Served, sinceMs: number): Standing {
  if (served.kind === 'live') return { tenant, good: served.snapshot.revision, refused: null, sinceMs }
  const good = served.kind === 'degraded' ? served.snapshot.revision : null
  return { tenant, good, refused: served.refused.revision, sinceMs }
}

/** Whether `later` goes on with what `earlier` began. */
export const continues = (earlier: Standing, later: Standing): boolean =>
  earlier.good === later.good && (earlier.refused === null) === (later.refused === null)
