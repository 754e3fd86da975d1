/**
 * What the audit trail says of commits. A branch moves in Git and the trail is in the database, so a commit is noted
 * before its branch moves, and the note becomes the trail's entry afterwards: a kill in between loses neither.
 */
import type { AuditEntry } from '../audit/entry.ts'
import type { Oid, TenantId } from '../kernel/ids.ts'

export type CommitNote = { tenant: TenantId; revision: Oid; entry: AuditEntry }

/** Whether a commit that was noted has become part of its branch. */
export type CommitFate = { tenant: TenantId; revision: Oid; fate: 'made' | 'dropped' }

export type CommitJournal = {
  note(notes: readonly CommitNote[]): Promise<void>
  /** Turns the notes of made commits into entries of the trail, each once, and forgets the others. */
  settle(fates: readonly CommitFate[]): Promise<void>
  /** Notes that nobody has settled: of commits under way, or of a process that was killed. */
  unsettled(): Promise<{ tenant: TenantId; revision: Oid; notedAt: Date }[]>
}
