/** A plan at a glance: how many tenants have which outcome, and which conflicts are the same one. Pure. */
import type { TenantId } from '../../kernel/ids.ts'
import type { Conflict, Outcome, PlannedTenant } from './plan.ts'

export type OutcomeCounts = Record<Outcome['kind'], number>

/** A conflict and everyone who has it: resolved once, it is resolved for all of them. */
export type Cluster = { conflict: Conflict; tenants: readonly TenantId[] }

export type Summary = {
  counts: OutcomeCounts
  /** The ones with most tenants first. */
  clusters: readonly Cluster[]
}

/** Takes planned tenants one by one, so that a plan of many need not be held in memory. */
export function createSummary(): { add(planned: PlannedTenant): void; summary(): Summary } {
  const counts: OutcomeCounts = { noop: 0, clean: 0, structural: 0, conflict: 0, invalid: 0, held: 0 }
  const clusters = new Map<string, { conflict: Conflict; tenants: TenantId[] }>()

  return {
    add({ tenant, outcome }) {
      counts[outcome.kind] += 1
      if (outcome.kind !== 'conflict') return
      for (const conflict of outcome.conflicts) {
        const known = clusters.get(conflict.fingerprint)
        if (known) known.tenants.push(tenant)
        else clusters.set(conflict.fingerprint, { conflict, tenants: [tenant] })
      }
    },
    summary: () => ({
      counts: { ...counts },
      clusters: [...clusters.values()].sort((a, b) => b.tenants.length - a.tenants.length),
    }),
  }
}
