/** The port to what was answered under idempotency keys. */

/** Whose key it is: the same text of another tenant or caller is another key. */
export type KeyOwner = {
  /** A tenant id; `''` where the caller acts across tenants. */
  tenant: string
  actor: string
  /** A keyed digest of the key's text. */
  keyHash: string
}

export type StoredAnswer = { status: number; headers: Readonly<Record<string, string>>; body: string }

/** What became of asking for a key. */
export type Claim =
  /** The caller has it now and does the work. */
  | { kind: 'held' }
  /** The work was done before. */
  | { kind: 'answered'; answer: StoredAnswer }
  /** The work was done before; its answer was too large to keep, or can no longer be read. */
  | { kind: 'answer-gone' }
  /** Another request is doing the work. */
  | { kind: 'under-way' }
  /** It was used for something else. */
  | { kind: 'other-request' }

export type IdempotencyStore = {
  /**
   * Takes the key if nobody has it, or whoever had it is past the lease.
   * @param claim.fingerprint a keyed digest of method, path and body
   * @param claim.holder names the one request that holds it
   * @param claim.leaseUntil after it a request under way counts as dead; all three instants in milliseconds since 1970
   */
  claim(
    owner: KeyOwner,
    claim: { fingerprint: string; holder: string; now: number; leaseUntil: number; expiresAt: number },
  ): Promise<Claim>
  /** Keeps the answer, if `holder` still has the key. null = it is too large to keep. */
  answer(owner: KeyOwner, answered: { holder: string; now: number; answer: StoredAnswer | null }): Promise<void>
  /** Gives the key back, if `holder` still has it: the next request with it does the work. */
  release(owner: KeyOwner, holder: string): Promise<void>
}
