/** What was answered to writes with an `Idempotency-Key`. */

export type IdempotencyTable = {
  /** `''` = of no one tenant: the caller acts across tenants. */
  tenant: string
  actor: string
  /** SHA-256 of the key. */
  key_hash: string
  /** SHA-256 of method, path and body. */
  fingerprint: string
  /** The request that holds the key, or held it last. */
  holder: string
  /** Until when a request under way holds it. */
  lease_until: number
  expires_at: number
  /** null = under way. */
  answered_at: number | null
  /** JSON of the answer, encrypted; null also where it was too large to keep. */
  sealed_answer: string | null
}
