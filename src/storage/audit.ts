/**
 * The audit trail's writer: one chain for all tenants.
 * Invariant: `audit_head` is changed before anything is read, so that of several writers, in this process or another,
 * each sees the end that the one before it left. On SQLite that takes the lock of the database, on PostgreSQL of the row.
 */
import type { Transaction } from 'kysely'
import { actorName } from '../access/actor.ts'
import type { AuditEntry } from '../audit/entry.ts'
import { type AuditRow, rowHash } from '../audit/row.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Json } from '../kernel/json.ts'
import type { AuditWriter } from './audit-writer.ts'
import type { Database } from './schema.ts'
import { toAuditColumns } from './tables/audit.ts'

/** What an entry says, in the form of a row. */
export type AuditFacts = Omit<AuditRow, 'sequence' | 'id' | 'at' | 'hash'>

export type AuditAppenderDeps = {
  clock: Pick<Clock, 'now'>
  newId: () => string
  /** Told of each sequence that was written; its transaction may still be rolled back. */
  onAppend?: (sequence: number) => void
}

/** In the order in which they are given. */
export type AuditAppender = (transaction: Transaction<Database>, facts: readonly AuditFacts[]) => Promise<void>

/** 13 values a row; SQLite takes 32,766 in one statement. */
const ROWS_PER_INSERT = 2_000

/** Appends rows to the end of the chain: three statements, however many there are. */
export const auditAppender =
  ({ clock, newId, onAppend }: AuditAppenderDeps): AuditAppender =>
  async (transaction, facts) => {
    if (facts.length === 0) return
    const end = await transaction
      .updateTable('audit_head')
      .set((eb) => ({ sequence: eb('sequence', '+', facts.length) }))
      .returning(['sequence', 'hash'])
      .executeTakeFirstOrThrow()
    const at = Math.floor(clock.now())
    let { hash } = end
    const rows = facts.map((each, i) => {
      const row = { sequence: end.sequence - facts.length + 1 + i, id: newId(), at, ...wellFormed(each) }
      hash = rowHash(row, hash)
      return toAuditColumns({ ...row, hash })
    })
    for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
      await transaction
        .insertInto('audit')
        .values(rows.slice(from, from + ROWS_PER_INSERT))
        .execute()
    }
    await transaction.updateTable('audit_head').set({ hash }).execute()
    for (const { sequence } of rows) onAppend?.(sequence)
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

/** Half a surrogate pair would come back from the database as another text, and the row would seem changed. */
const wellFormed = (facts: AuditFacts): AuditFacts =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, value && Buffer.from(value).toString()]),
  ) as AuditFacts
