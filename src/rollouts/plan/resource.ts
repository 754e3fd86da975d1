/** A plan as data for programs: what `--json` and `--ndjson` print. Pure. */
import type { FileProblem } from '../../snapshots/snapshot.ts'
import type { Conflict, Outcome, PlannedTenant } from './plan.ts'
import type { Cluster, Summary } from './summary.ts'

type OutcomeMembers = Readonly<Record<string, unknown>>

const MEMBERS: { [K in Outcome['kind']]: (outcome: Extract<Outcome, { kind: K }>) => OutcomeMembers } = {
  noop: () => ({}),
  held: ({ hold }) => ({ reason: hold.reason, until: hold.until?.toISOString() ?? null }),
  clean: ({ merged }) => ({ tree: merged.tree, changes: merged.changes }),
  structural: ({ merged, paths }) => ({ tree: merged.tree, changes: merged.changes, structural: paths }),
  conflict: ({ conflicts }) => ({ conflicts }),
  invalid: ({ merged, caused, present }) => ({ tree: merged.tree, changes: merged.changes, errors: caused, present }),
}

export function plannedResource({ tenant, ref, head, base, outcome }: PlannedTenant): OutcomeMembers {
  const members = MEMBERS[outcome.kind] as (outcome: Outcome) => OutcomeMembers
  return { tenant, ref, head, base, outcome: outcome.kind, ...members(outcome) }
}

export const summaryResource = (
  trunk: string,
  { counts, clusters }: Summary,
  trunkErrors: readonly FileProblem[],
): OutcomeMembers => ({ trunk, trunkErrors, counts, conflicts: clusters.map(clusterResource) })

const clusterResource = ({ conflict, tenants }: Cluster): Conflict & Pick<Cluster, 'tenants'> => ({
  ...conflict,
  tenants,
})
