/** What a store needs to write its change down in the very transaction that makes it. */
import type { Transaction } from 'kysely'
import type { AuditEntry } from '../../audit/entry.ts'
import type { Database } from '../schema.ts'

export type AuditWriter = {
  /** Appends to the chain, in order. Rolled back with the transaction, so that a row stands for a change that happened. */
  append(transaction: Transaction<Database>, ...entries: readonly AuditEntry[]): Promise<void>
}
