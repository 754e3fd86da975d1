/** The tables of the audit trail, as Kysely sees them. */
import type { AuditRow } from '../../audit/row.ts'

/** A row's members, some under another name. */
export type AuditTable = {
  [Member in keyof AuditRow as Member extends keyof typeof COLUMNS
    ? (typeof COLUMNS)[Member]
    : Member]: AuditRow[Member]
}

const COLUMNS = { requestId: 'request_id', before: 'before_json', after: 'after_json' } as const

export const toAuditColumns = ({ requestId, before, after, ...same }: AuditRow): AuditTable => ({
  ...same,
  request_id: requestId,
  before_json: before,
  after_json: after,
})

export const fromAuditColumns = ({ request_id, before_json, after_json, ...same }: AuditTable): AuditRow => ({
  ...same,
  requestId: request_id,
  before: before_json,
  after: after_json,
})

/** One row: where the chain ends. Whoever appends changes it first, and so waits for whoever appends before. */
export type AuditHeadTable = { id: 1; sequence: number; hash: string }

export type AuditCheckpointTable = { sequence: number; hash: string; at: number; signature: string }
