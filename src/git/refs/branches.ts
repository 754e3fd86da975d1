/** New branches, one or thousands. */
import type { Oid, RefName } from '../../kernel/ids.ts'
import type { RefOutcome, RefWriter } from './ref-updates.ts'

/** A branch, without `refs/heads/`, that is to exist. */
export type BranchCreation = { branch: string; at: Oid }

export type BranchWriter = {
  /**
   * Creates those of the branches that do not exist, on the disk when it resolves; one that does stays where it is. A lock
   * that a killed git left behind is no obstacle.
   * @param message for the reflogs
   * @returns why those that still do not exist could not be made, by branch
   */
  createMissing(creations: readonly BranchCreation[], message: string): Promise<ReadonlyMap<string, string>>
}

export const branchWriter = (writer: RefWriter): BranchWriter => ({
  async createMissing(creations, message) {
    const outcomes = await writer.moveMany(
      creations.map(({ branch, at }) => ({ ref: `refs/heads/${branch}` as RefName, from: null, to: at, message })),
    )
    const refused = new Map<string, string>()
    for (const [i, { branch }] of creations.entries()) {
      const reason = reasonOf(branch, outcomes[i]!)
      if (reason !== undefined) refused.set(branch, reason)
    }
    return refused
  },
})

/** Undefined where the branch is there, whoever made it. */
function reasonOf(branch: string, outcome: RefOutcome): string | undefined {
  switch (outcome.kind) {
    case 'moved':
    case 'stale':
      return undefined
    case 'locked':
      return `refs/heads/${branch}.lock is held by another process`
    case 'checked-out-dirty':
      return `it is checked out in ${outcome.workTree}, before its first commit`
    case 'refused':
      return outcome.reason
    case 'failed':
      return String(outcome.cause)
  }
}
