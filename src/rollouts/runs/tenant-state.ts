/**
 * Where one tenant stands within a run, and the moves that it can make. Pure.
 * Invariant: `applying` and `reverting` are the journal: the commit is written and durable, and its branch may or may not
 * have been moved to it. Whoever finds a tenant there asks Git which of the two it is.
 */

/** What a plan says of a tenant. */
const OUTCOMES = ['noop', 'clean', 'structural', 'conflict', 'invalid', 'held'] as const

export const TENANT_RUN_STATES = [
  ...OUTCOMES,
  /** Its branch moved after it was planned, or it is to be tried again: planned anew before it is applied. */
  'stale',
  /** Its conflicts were resolved: merged anew with the resolutions. */
  'resolved',
  'applying',
  'applied',
  'verified',
  /** Applied, but its branch does not serve. */
  'failed',
  /** Given up: a person has to look. */
  'parked',
  'rollback-due',
  'reverting',
  'rolled-back',
  /** Could not be rolled back: its own later changes build on what is to go. */
  'rollback-parked',
] as const
export type TenantRunState = (typeof TENANT_RUN_STATES)[number]

/** What is applied when its wave is under way. */
export const DUE: readonly TenantRunState[] = ['clean', 'structural', 'stale', 'resolved']

/** What `retry` takes up again, and as what. An applied branch that did not serve is looked at once more. */
export const RETRIED: Readonly<Partial<Record<TenantRunState, TenantRunState>>> = {
  conflict: 'stale',
  invalid: 'stale',
  held: 'stale',
  parked: 'stale',
  failed: 'applied',
}

/** What carries the merge of the run, and so can be rolled back. */
export const CARRIES: readonly TenantRunState[] = ['applied', 'verified', 'failed', 'rollback-parked']

/** What counts against the thresholds of a run: what went wrong after it was planned. */
export const FAILURES: readonly TenantRunState[] = ['failed', 'parked']

/** The branch did go where it was to. */
export const SUCCEEDED: readonly TenantRunState[] = ['applied', 'verified']

export type Counts = Readonly<Record<TenantRunState, number>>

/** Counts of every state, those without a tenant as 0. */
export const countsOf = (found: Partial<Record<TenantRunState, number>>): Counts =>
  Object.fromEntries(TENANT_RUN_STATES.map((state) => [state, found[state] ?? 0])) as Counts

export const sumOf = (counts: Counts, states: readonly TenantRunState[]): number =>
  states.reduce((sum, state) => sum + counts[state], 0)

/** How often a branch that keeps on moving is planned anew before it is parked. */
export const MAX_ATTEMPTS = 5
