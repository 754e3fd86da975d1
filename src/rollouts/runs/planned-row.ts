/** What a run keeps of what was planned for a tenant. Pure. */
import type { Outcome, PlannedTenant } from '../plan/plan.ts'
import type { PlannedRunTenant, RunTenant } from './run-tenant.ts'

/** What a plan says of a tenant, over what is known of it. */
export function plannedRow(planned: PlannedTenant, row: Pick<RunTenant, 'wave' | 'attempts'>): PlannedRunTenant {
  const { tenant, head, base, outcome } = planned
  return {
    tenant,
    wave: row.wave,
    state: outcome.kind,
    head,
    base,
    merge: null,
    revert: null,
    attempts: row.attempts,
    note: noteOf(outcome),
    changes: 'merged' in outcome ? outcome.merged.changes : [],
    problems: outcome.kind === 'invalid' ? [...outcome.caused, ...outcome.present] : [],
    conflicts: outcome.kind === 'conflict' ? outcome.conflicts : [],
    mirror: 'none',
  }
}

/** Conflicts that a note names; GET /admin/conflicts has them all. */
const NAMED_CONFLICTS = 3

function noteOf(outcome: Outcome): string | null {
  if (outcome.kind === 'held') return outcome.hold.reason
  if (outcome.kind !== 'conflict') return null
  const places = outcome.conflicts.map(({ path, pointer }) => `${path || 'the branch'}${pointer}`)
  const more = places.length > NAMED_CONFLICTS ? ` and ${places.length - NAMED_CONFLICTS} more` : ''
  return `Both sides changed ${places.slice(0, NAMED_CONFLICTS).join(', ')}${more}.`
}
