/**
 * What a key looks like: `esp_<env>_<id>_<secret>_<checksum>`, such as
 * `esp_live_0aB3dE6gH9jK_<30 characters>_1x2Y3z`. Pure.
 * The checksum is the CRC-32 of all that stands before it: a mistyped or cut key is known as such without a lookup, and
 * scanners that search repositories for leaked keys know one from a word that looks like it.
 */
import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const PREFIX = 'esp_'
/** 62^12 ids are 71 bits. */
const ID_LENGTH = 12
/** 62^30 secrets are 178 bits. */
const SECRET_LENGTH = 30
/** 62^6 is more than 2^32. */
const CHECKSUM_LENGTH = 6

const FORM = new RegExp(
  `^${PREFIX}[a-z0-9]{1,16}_(?<id>[0-9A-Za-z]{${ID_LENGTH}})_[0-9A-Za-z]{${SECRET_LENGTH}}_[0-9A-Za-z]{${CHECKSUM_LENGTH}}$`,
)
/** The second part of a key, which tells keys of several installations apart. */
export const KEY_ENVIRONMENT_FORM = /^[a-z0-9]{1,16}$/

/** No key of another service that may be imported, or is looked up, is longer or holds anything else. */
const FOREIGN_FORM = /^[\x21-\x7e]{8,256}$/

export type Presented =
  /** Well formed, and its checksum is right. */
  | { kind: 'own'; id: string }
  /** Not of this form at all: a key of another service, if it was imported. */
  | { kind: 'foreign' }
  /** Nothing that was ever issued: it is not worth a lookup. */
  | { kind: 'damaged' }

const DAMAGED: Presented = { kind: 'damaged' }
const FOREIGN: Presented = { kind: 'foreign' }

/** What a presented text can be, by its form and checksum alone: nothing is looked up. */
export function readPresented(text: string): Presented {
  if (!text.startsWith(PREFIX)) return FOREIGN_FORM.test(text) ? FOREIGN : DAMAGED
  const id = FORM.exec(text)?.groups?.id
  const body = text.slice(0, -CHECKSUM_LENGTH - 1)
  return id !== undefined && text.endsWith(checksum(body)) ? { kind: 'own', id } : DAMAGED
}

/** A new key, never given before. */
export function newKeyText(environment: string): { id: string; text: string } {
  const id = randomText(ID_LENGTH)
  const body = `${PREFIX}${environment}_${id}_${randomText(SECRET_LENGTH)}`
  return { id, text: withChecksum(body) }
}

/** The key whose other parts are `body`. */
export const withChecksum = (body: string): string => `${body}_${checksum(body)}`

const randomText = (length: number): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')

function checksum(body: string): string {
  let rest = crc32(body)
  let text = ''
  for (let place = 0; place < CHECKSUM_LENGTH; place += 1) {
    text = ALPHABET[rest % ALPHABET.length] + text
    rest = Math.floor(rest / ALPHABET.length)
  }
  return text
}
