/**
 * What is written down of commits before their branches move. A branch moves in Git and the audit trail is in the database:
 * a commit is noted before, and the note becomes the trail's entry afterwards. And the disk may hold the journal before it
 * holds what the commits put into the repository: so the journal has that too, until the repository is on the disk.
 * Invariant: what was noted and `synced` survives a power cut; from it the repository can be made what it was said to be.
 */
import type { AuditEntry } from '../audit/entry.ts'
import type { NewObject } from '../git/objects/pack-entry.ts'
import type { Oid, TenantId } from '../kernel/ids.ts'

export type CommitNote = { tenant: TenantId; revision: Oid; entry: AuditEntry }

/** Whether a commit that was noted has become part of its branch. */
export type CommitFate = { tenant: TenantId; revision: Oid; fate: 'made' | 'dropped' }

/** What becomes of a tenant's branch. */
export type BranchMove = { tenant: TenantId; from: Oid; to: Oid }

/** What a group of commits puts into the repository. */
export type GroupContent = {
  moves: readonly BranchMove[]
  /** The name of the pack that git sees them in; null where they are on the disk already. */
  pack: string | null
  /** None where they are on the disk already. */
  objects: readonly NewObject[]
}

export type CommitGroup = GroupContent & { id: number }

/** Of a process that was killed. */
export type LeftGroup = CommitGroup & {
  /** Lost: the machine has started anew since, and what only its memory held is gone. */
  memory: 'kept' | 'lost'
  /** Commits of which it is not known whether their branches have them. */
  unsettled: readonly { tenant: TenantId; revision: Oid }[]
}

export type CommitJournal = {
  /** @returns the group's number */
  note(notes: readonly CommitNote[], content: GroupContent): Promise<number>
  /** Resolves when everything that was noted before the call is on the disk. */
  synced(): Promise<void>
  /**
   * Turns the notes of made commits into entries of the trail, each once. Others are forgotten with their moves, on the
   * disk when it resolves: nobody does them again.
   */
  settle(fates: readonly CommitFate[]): Promise<void>
  /** To be called when the disk holds what the groups put into the repository. */
  forget(groups: readonly number[]): Promise<void>
  /** Oldest first. */
  left(): Promise<LeftGroup[]>
}
