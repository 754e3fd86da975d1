/**
 * Authenticated encryption: AES-256-GCM. Pure: randomness comes in from outside.
 * Invariant: what is sealed for one place opens for that place alone, as the place is the additional data; sealed text
 * that was moved or changed does not open.
 * Source: NIST SP 800-38D. The form is base64 of 12 bytes of nonce, the ciphertext, and 16 bytes of tag.
 */
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
export const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** So many unpredictable bytes. */
export type RandomBytes = (count: number) => Buffer

/** @param place what the text belongs to; it has to be said again to open it */
export function seal(
  key: KeyObject,
  { plain, place }: { plain: Uint8Array; place: string },
  random: RandomBytes,
): string {
  const nonce = random(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(place))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/** What was sealed, or undefined where `sealed` is no such text, of another key, or of another place. */
export function open(key: KeyObject, { sealed, place }: { sealed: string; place: string }): Buffer | undefined {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(place))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}
