/**
 * From the text that a request presents to the key that it is. Synchronous: a key in use is in memory.
 * Invariant: why a key is refused is for the operator's trail only; whoever presents it is told the same, whatever it is.
 */
import type { Clock } from '../../kernel/clock.ts'
import { type KeyDigests, sameDigest } from './digest.ts'
import { readPresented } from './format.ts'
import { type ApiKey, isInForce, statusOf } from './key.ts'
import type { KeyLookup } from './store.ts'

export type Verdict =
  | { kind: 'key'; key: ApiKey }
  /** `reason` is at most the name of a key that exists and what is wrong with it. */
  | { kind: 'refused'; reason: string }

/**
 * @param connection over which the key came: a key that comes over it again is not hashed again, but looked up all the
 *   same, as it may have ended meanwhile
 */
export type KeyVerifier = (presented: string, connection?: object) => Verdict

/**
 * What a text amounts to: the id to look up, and the digest that the key of that id has to have, once it was asked for.
 * `proven`: the digest of the key that it was found to be the same as.
 */
type Claim = { id: string; digest?: string; proven?: string }

const DAMAGED: Verdict = { kind: 'refused', reason: 'damaged' }
const UNKNOWN: Verdict = { kind: 'refused', reason: 'unknown' }

/** A proxy may send the keys of many callers over one connection. */
const CLAIMS_OF_A_CONNECTION = 8

/** @param onUse told of every key that was accepted, and when */
export function createKeyVerifier({
  lookup,
  digests,
  clock,
  onUse,
}: {
  lookup: Pick<KeyLookup, 'find'>
  digests: KeyDigests
  clock: Pick<Clock, 'now'>
  onUse: (key: ApiKey, nowMs: number) => void
}): KeyVerifier {
  // By the hash of the whole text, so that how long a look takes tells nothing of a key that is close to it.
  const claims = new WeakMap<object, Map<string, Claim>>()

  /** Undefined where it is damaged. */
  function claimOf(text: string): Claim | undefined {
    const presented = readPresented(text)
    if (presented.kind === 'damaged') return undefined
    return { id: presented.kind === 'own' ? presented.id : digests.foreignId(text) }
  }

  function remembered(text: string, connection: object): Claim | undefined {
    let known = claims.get(connection)
    const earlier = known?.get(text)
    if (earlier) return earlier
    const claim = claimOf(text)
    if (!claim) return undefined
    if (!known || known.size === CLAIMS_OF_A_CONNECTION) {
      known = new Map()
      claims.set(connection, known)
    }
    known.set(text, claim)
    return claim
  }

  return (text, connection) => {
    const claim = connection ? remembered(text, connection) : claimOf(text)
    if (!claim) return DAMAGED
    const key = lookup.find(claim.id)
    if (!key) return UNKNOWN
    if (claim.proven !== key.digest) {
      claim.digest ??= digests.of(text)
      if (!sameDigest(claim.digest, key.digest)) return { kind: 'refused', reason: `wrong secret of key ${key.id}` }
      claim.proven = key.digest
    }
    const nowMs = clock.now()
    if (!isInForce(key, nowMs)) return { kind: 'refused', reason: `${statusOf(key, nowMs)} key ${key.id}` }
    onUse(key, nowMs)
    return { kind: 'key', key }
  }
}
