/**
 * The audit trail's writer: one chain for all tenants.
 * Invariant: `audit_head` is changed before anything is read, so that of several writers, in this process or another,
 * each sees the end that the one before it left. On SQLite that takes the lock of the database, on PostgreSQL of the row.
 */
import type Sqlite from 'better-sqlite3'
import type { Transaction } from 'kysely'
import { actorName } from '../../access/actor.ts'
import type { AuditEntry } from '../../audit/entry.ts'
import { type AuditRow, rowHash } from '../../audit/row.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Json } from '../../kernel/json.ts'
import type { Database } from '../schema.ts'
import { type AuditTable, toAuditColumns } from '../tables/audit.ts'
import type { AuditWriter } from './audit-writer.ts'

/** What an entry says, in the form of a row. */
export type AuditFacts = Omit<AuditRow, 'sequence' | 'id' | 'at' | 'hash'>

export type AuditAppenderDeps = {
  clock: Pick<Clock, 'now'>
  newId: () => string
  /** Told of each sequence that was written; its transaction may still be rolled back. */
  onAppend?: (sequence: number) => void
}

/**
 * In the order in which they are given.
 * @param within the connection's transaction, which these statements are part of
 */
export type AuditAppender = (within: Transaction<Database>, facts: readonly AuditFacts[]) => Promise<void>

const COLUMNS = [
  'sequence',
  'id',
  'at',
  'action',
  'tenant',
  'target',
  'actor',
  'person',
  'address',
  'request_id',
  'before_json',
  'after_json',
  'hash',
] as const satisfies readonly (keyof AuditTable)[]

/**
 * Appends rows to the end of the chain. The statements are prepared: every change of anything comes by here, and to put
 * them together anew takes longer than to run them.
 */
export function auditAppender(sqlite: Sqlite.Database, { clock, newId, onAppend }: AuditAppenderDeps): AuditAppender {
  const takeEnd = sqlite.prepare<[number], { sequence: number; hash: string }>(
    'update audit_head set sequence = sequence + ? returning sequence, hash',
  )
  const insert = sqlite.prepare(
    `insert into audit (${COLUMNS.join(', ')}) values (${COLUMNS.map(() => '?').join(', ')})`,
  )
  const setEnd = sqlite.prepare<[string]>('update audit_head set hash = ?')
  return async (_within, facts) => {
    if (facts.length === 0) return
    const end = takeEnd.get(facts.length)
    if (!end) throw new Error('The audit trail has no end; its table was tampered with.')
    const at = Math.floor(clock.now())
    let { hash } = end
    for (const [i, each] of facts.entries()) {
      const row = { sequence: end.sequence - facts.length + 1 + i, id: newId(), at, ...wellFormed(each) }
      hash = rowHash(row, hash)
      const columns = toAuditColumns({ ...row, hash })
      insert.run(COLUMNS.map((name) => columns[name]))
      onAppend?.(row.sequence)
    }
    setEnd.run(hash)
  }
}

/** What a store writes its changes down with. */
export const auditWriter = (append: AuditAppender): AuditWriter => ({
  append: (transaction, ...entries) => append(transaction, entries.map(factsOf)),
})

const factsOf = ({ action, tenant, target, origin, before, after }: AuditEntry): AuditFacts => ({
  action,
  tenant,
  target: target ?? null,
  actor: actorName(origin.actor),
  person: origin.actor.kind === 'key' ? origin.actor.userId : null,
  address: origin.address,
  requestId: origin.requestId,
  before: jsonText(before),
  after: jsonText(after),
})

const jsonText = (value: Json | undefined): string | null => (value === undefined ? null : JSON.stringify(value))

const HALF_A_PAIR = /\p{Cs}/u

/** Half a surrogate pair would come back from the database as another text, and the row would seem changed. */
const wellFormed = (facts: AuditFacts): AuditFacts =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      value !== null && HALF_A_PAIR.test(value) ? Buffer.from(value).toString() : value,
    ]),
  ) as AuditFacts
