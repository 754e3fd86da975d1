/**
 * The audit trail's writer: one chain for all tenants.
 * Invariant: `audit_head` is changed before anything is read, so that of several writers, in this process or another,
 * each sees the end that the one before it left. On SQLite that takes the lock of the database, on PostgreSQL of the row.
 */
import type { Transaction } from 'kysely'
import { actorName } from '../access/actor.ts'
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

export type AuditAppender = (transaction: Transaction<Database>, facts: AuditFacts) => Promise<void>

/** Appends rows to the end of the chain. */
export const auditAppender =
  ({ clock, newId, onAppend }: AuditAppenderDeps): AuditAppender =>
  async (transaction, facts) => {
    const end = await transaction
      .updateTable('audit_head')
      .set((eb) => ({ sequence: eb('sequence', '+', 1) }))
      .returning(['sequence', 'hash'])
      .executeTakeFirstOrThrow()
    const { sequence } = end
    const row = { sequence, id: newId(), at: Math.floor(clock.now()), ...wellFormed(facts) }
    const hash = rowHash(row, end.hash)
    await transaction
      .insertInto('audit')
      .values(toAuditColumns({ ...row, hash }))
      .execute()
    await transaction.updateTable('audit_head').set({ hash }).execute()
    onAppend?.(sequence)
  }

/** What a store writes its changes down with. */
export function auditWriter(append: AuditAppender): AuditWriter {
  return {
    append: (transaction, { action, tenant, target = null, origin, before, after }) =>
      append(transaction, {
        action,
        tenant,
        target,
        actor: actorName(origin.actor),
        person: origin.actor.kind === 'key' ? origin.actor.userId : null,
        address: origin.address,
        requestId: origin.requestId,
        before: jsonText(before),
        after: jsonText(after),
      }),
  }
}

const jsonText = (value: Json | undefined): string | null => (value === undefined ? null : JSON.stringify(value))

/** Half a surrogate pair would come back from the database as another text, and the row would seem changed. */
const wellFormed = (facts: AuditFacts): AuditFacts =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, value && Buffer.from(value).toString()]),
  ) as AuditFacts
