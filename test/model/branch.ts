/** What a tenant's branch and the answers to its tenant have to be: the simple thing that the product is compared with. */

/** One commit of a branch: what its `config/own.json` holds, and the value in it; null where that is no JSON. */
export type Revision = { oid: string; text: string; value: number | null }

export type Branch = {
  /** null: there is no such branch. */
  head: Revision | null
  /** Whatever the branch has ever pointed to, oldest first. */
  past: readonly Revision[]
  /** Whether a request or a write has met the branch, so that the product has a row for it. */
  isKnown: boolean
  /** What was shown last of what was valid. */
  good: Revision | null
}

export const NO_BRANCH: Branch = { head: null, past: [], isKnown: false, good: null }

export type Expected =
  | { kind: 'served'; revision: Revision; refused: string | null }
  | { kind: 'invalid'; refused: string }
  | { kind: 'branch-missing' }
  | { kind: 'unknown' }

/** The answer to a request that comes now. */
export function expectedOf({ head, isKnown, good }: Branch): Expected {
  if (!head) return isKnown ? { kind: 'branch-missing' } : { kind: 'unknown' }
  if (head.value !== null) return { kind: 'served', revision: head, refused: null }
  return good ? { kind: 'served', revision: good, refused: head.oid } : { kind: 'invalid', refused: head.oid }
}

/** The branch after a request has been answered. */
export const seen = (branch: Branch): Branch =>
  branch.head ? { ...branch, isKnown: true, good: branch.head.value === null ? branch.good : branch.head } : branch

/** The branch after it was pointed at `head`. */
export const moved = (branch: Branch, head: Revision): Branch => ({ ...branch, head, past: [...branch.past, head] })
