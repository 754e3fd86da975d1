/** The tables of rollouts, as Kysely sees them. Runs are the operators'; rows with a tenant belong to one run each. */

export type RolloutTable = {
  id: string
  status: string
  trunk: string
  plan: string | null
  select_json: string
  waves_json: string
  wave: number
  approval: string
  thresholds_json: string
  start_at: number | null
  gate_at: number | null
  wave_started_at: number | null
  reason: string | null
  resume_to: string | null
  refused: number
  back_to: string | null
  by_actor: string
  created_at: number
  updated_at: number
  started_at: number | null
  finished_at: number | null
  version: number
}

/** One row: whoever lets a run out counts first, and so waits for the others. */
export type RolloutClaimTable = { id: 1; number: number }

export type RolloutTenantTable = {
  tenant: string
  rollout: string
  wave: number
  state: string
  head: string
  base: string | null
  merge: string | null
  revert: string | null
  attempts: number
  note: string | null
  report_json: string
  mirror: string
}

/** Who has which conflict in which run. */
export type RolloutConflictTable = { tenant: string; rollout: string; number: number; fingerprint: string }

/** What a fingerprint stands for: once, however many tenants have it. */
export type ConflictTable = { fingerprint: string; conflict_json: string }

export type ResolutionTable = {
  /** Empty = every tenant that has the conflict. */
  tenant: string
  fingerprint: string
  choice_json: string
  by_actor: string
  at: number
}

export type RolloutEventTable = {
  rollout: string
  sequence: number
  at: number
  kind: string
  event_json: string
}

/** What a merge of the trunk starts from, where an earlier one was taken back. */
export type ReapplyBaseTable = { tenant: string; instead_of: string; base: string }

export type TenantHoldTable = { tenant: string; reason: string; until: number | null; by_actor: string; at: number }
