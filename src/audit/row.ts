/**
 * A row of the audit trail and what binds it to the row before it. Pure.
 *
 * The hash of a row is the SHA-256, in lower-case hexadecimal, of the UTF-8 text
 *
 *     espalier-audit-row-v1\n
 *     ["<hash of the row before>",sequence,"id",at,"action",tenant,target,"actor",person,address,"requestId",before,after]
 *
 * where the second line is a JSON array without blanks (as `JSON.stringify` writes it), absent members are null, and
 * `before` and `after` are strings that hold the JSON texts as they are stored. Before the first row stand 64 zeros.
 * Invariant: sequences are 1, 2, 3 and so on, without a gap.
 */
import { createHash } from 'node:crypto'

export type AuditRow = {
  sequence: number
  /** UUID version 7: what tenants know the row by, as sequences would tell them how much others do. */
  id: string
  /** Milliseconds since 1970-01-01T00:00Z. */
  at: number
  action: string
  tenant: string | null
  target: string | null
  /** As `actorName` says it; `nobody` where a denied caller proved no identity. */
  actor: string
  /** The user whose key it was. */
  person: string | null
  address: string | null
  requestId: string
  /** JSON texts. */
  before: string | null
  after: string | null
  hash: string
}

/** What stands before the first row. */
export const NO_ROW = { sequence: 0, hash: '0'.repeat(64) } as const

const DOMAIN = 'espalier-audit-row-v1\n'

/**
 * The members that the hash takes, in this order. The one list of them: what is stored, shown and described follows it.
 */
export const HASHED_MEMBERS = [
  'sequence',
  'id',
  'at',
  'action',
  'tenant',
  'target',
  'actor',
  'person',
  'address',
  'requestId',
  'before',
  'after',
] as const satisfies readonly (keyof AuditRow)[]

/** All of a row but its hash: nothing can be in a row that its hash does not take. */
type HashedRow = Pick<AuditRow, (typeof HASHED_MEMBERS)[number]>

/** @param previousHash the hash of the row before */
export function rowHash(row: HashedRow, previousHash: string): string {
  const members = [previousHash, ...HASHED_MEMBERS.map((name) => row[name])]
  return createHash('sha256').update(DOMAIN).update(JSON.stringify(members)).digest('hex')
}
