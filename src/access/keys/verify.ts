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

export type KeyVerifier = (presented: string) => Verdict

const DAMAGED: Verdict = { kind: 'refused', reason: 'damaged' }
const UNKNOWN: Verdict = { kind: 'refused', reason: 'unknown' }

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
  return (text) => {
    const presented = readPresented(text)
    if (presented.kind === 'damaged') return DAMAGED
    const key = lookup.find(presented.kind === 'own' ? presented.id : digests.foreignId(text))
    if (!key) return UNKNOWN
    if (!sameDigest(digests.of(text), key.digest)) return { kind: 'refused', reason: `wrong secret of key ${key.id}` }
    const nowMs = clock.now()
    if (!isInForce(key, nowMs)) return { kind: 'refused', reason: `${statusOf(key, nowMs)} key ${key.id}` }
    onUse(key, nowMs)
    return { kind: 'key', key }
  }
}
