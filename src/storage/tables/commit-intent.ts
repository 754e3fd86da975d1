/** Commits that are about to be published; once that is certain, an entry of the audit trail, or nothing. */

export type CommitIntentTable = {
  tenant: string
  /** The commit's object id. */
  revision: string
  noted_at: number
  /** What the trail is to say. */
  entry_json: string
}
