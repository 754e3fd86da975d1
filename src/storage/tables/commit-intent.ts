/** Commits that are about to be published; once that is certain, an entry of the audit trail, or nothing. */
import type { Generated } from 'kysely'

export type CommitIntentTable = {
  tenant: string
  /** The commit's object id. */
  revision: string
  noted_at: number
  /** What the trail is to say. */
  entry_json: string
  /** Null = of a version that knew no groups. */
  commit_group: number | null
}

/** A group of commits, as long as the disk may not hold what they put into the repository. */
export type CommitGroupTable = {
  id: Generated<number>
  /** The process, as files of its own are named. */
  owner: string
  /** The run of the machine: what was in memory in another one is lost. */
  boot: string
  noted_at: number
  /** The name of the pack with its objects; null = they are on the disk. */
  pack: string | null
  /** See object-list.ts. */
  objects: Buffer
}

/** What a group of commits makes of a tenant's branch. */
export type CommitMoveTable = {
  tenant: string
  to_revision: string
  from_revision: string
  commit_group: number
}
