/**
 * What is kept of a key: HMAC-SHA256 under a pepper that the database does not hold, so that a copy of the database
 * neither shows a key nor lets anybody test guesses, not even of short keys that came from elsewhere. Pure.
 */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

export type KeyDigests = {
  /** Of the whole key as it is presented: 64 hexadecimal digits. */
  of(text: string): string
  /** The id of a key that another service made, which has none that could be read from it. */
  foreignId(text: string): string
}

const FOREIGN_ID_DIGITS = 24

/** @param pepper 32 random bytes */
export function createKeyDigests(pepper: Uint8Array): KeyDigests {
  const secret = createSecretKey(pepper)
  const hmac = (text: string): string => createHmac('sha256', secret).update(text).digest('hex')
  return {
    of: hmac,
    // Under a label, so that the id, which is shown, tells nothing of the digest.
    foreignId: (text) => `imported-${hmac(`id\0${text}`).slice(0, FOREIGN_ID_DIGITS)}`,
  }
}

/** Whether two digests are equal, in the same time whatever they are. */
export const sameDigest = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'))
