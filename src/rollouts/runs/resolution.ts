/**
 * Conflicts as data: what two people disagree about, who has the same disagreement, and what was decided. Pure.
 * Invariant: a decision for one tenant comes before the one for all; both are remembered, so that the same disagreement is
 * asked about once.
 */
import type { TenantId } from '../../kernel/ids.ts'
import type { Choice, Conflict, Decisions } from '../plan/plan.ts'

export type Resolution = {
  fingerprint: string
  /** null = of every tenant that has the conflict. */
  tenant: TenantId | null
  choice: Choice
  by: string
  at: Date
}

/** A conflict, and the tenants of a run that have it. */
export type ConflictCluster = { run: string; conflict: Conflict; tenants: readonly TenantId[] }

/** What holds for one tenant. @param resolutions of any tenants */
export function decisionsFor(tenant: TenantId, resolutions: readonly Resolution[]): Decisions {
  const decisions = new Map<string, Choice>()
  for (const { tenant: of, fingerprint, choice } of resolutions) if (of === null) decisions.set(fingerprint, choice)
  for (const { tenant: of, fingerprint, choice } of resolutions) if (of === tenant) decisions.set(fingerprint, choice)
  return decisions
}
