/** The tables of the audit trail, as Kysely sees them. */

export type AuditTable = {
  sequence: number
  id: string
  at: number
  action: string
  tenant: string | null
  target: string | null
  actor: string
  person: string | null
  address: string | null
  request_id: string
  before_json: string | null
  after_json: string | null
  hash: string
}

/** One row: where the chain ends. Whoever appends changes it first, and so waits for whoever appends before. */
export type AuditHeadTable = { id: 1; sequence: number; hash: string }

export type AuditCheckpointTable = { sequence: number; hash: string; at: number; signature: string }
