/**
 * Ed25519 key pairs, in and out of OpenSSH's private key format without a passphrase. Pure but for `generateSigningKey`.
 * Invariant: the public half of a `SigningKey` belongs to its private half, also when both were read from a file.
 * Source: PROTOCOL.key of OpenSSH.
 */

import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { armor, dearmor } from './base64.ts'
import { KEY_TYPE, publicKeyBlob, publicKeyOf, type SshPublicKey } from './public-key.ts'
import { readWire, wireString, wireUint32 } from './ssh-wire.ts'

export type SigningKey = {
  privateKey: KeyObject
  publicKey: SshPublicKey
  /** One line of text that names the key; may be empty. */
  comment: string
}

export type PrivateKeyReading = { kind: 'key'; key: SigningKey } | { kind: 'invalid'; reason: string }

const LABEL = 'OPENSSH PRIVATE KEY'
const MAGIC = Buffer.from('openssh-key-v1\0')
const NONE = 'none'
/** The block size that unencrypted keys are padded to, in bytes. */
const BLOCK_LENGTH = 8
const SEED_LENGTH = 32

/** A new key pair from the operating system's random source. */
export function generateSigningKey(comment: string): SigningKey {
  // As bytes: a key that was generated as an object shares a lock with what generated it, and where the garbage collector
  // takes that away while the key is exported, Node 20 waits for itself for ever.
  const { privateKey: bytes } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
    publicKeyEncoding: { format: 'der', type: 'spki' },
  })
  const privateKey = createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })
  return { privateKey, publicKey: publicKeyOf(privateKey), comment }
}

/** The content of the `.pub` file: one line with its line break. Throws where the comment has more than one line. */
export function formatPublicKey({ publicKey, comment }: Pick<SigningKey, 'publicKey' | 'comment'>): string {
  if (/[\r\n]/.test(comment)) throw new RangeError('the comment of a key is one line of text')
  return `${comment === '' ? publicKey : `${publicKey} ${comment}`}\n`
}

/** The bytes 1, 2, 3 and so on. */
const padding = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, index) => index + 1))

/** The content of the private key file, armored; the same key gives the same text. */
export function formatPrivateKey({ privateKey, publicKey, comment }: SigningKey): string {
  const { d } = privateKey.export({ format: 'jwk' })
  if (d === undefined) throw new TypeError('expected a private Ed25519 key')
  const publicBlob = publicKeyBlob(publicKey)
  const rawPublic = publicBlob.subarray(-SEED_LENGTH)
  // The two check numbers tell a wrong passphrase; without one their value has no meaning, only that they are equal.
  const check = rawPublic.subarray(0, 4)
  const fields = Buffer.concat([
    check,
    check,
    wireString(KEY_TYPE),
    wireString(rawPublic),
    wireString(Buffer.concat([Buffer.from(d, 'base64url'), rawPublic])),
    wireString(comment),
  ])
  return armor(
    LABEL,
    Buffer.concat([
      MAGIC,
      wireString(NONE),
      wireString(NONE),
      wireString(''),
      wireUint32(1),
      wireString(publicBlob),
      wireString(Buffer.concat([fields, padding(-fields.length & (BLOCK_LENGTH - 1))])),
    ]),
  )
}

const invalid = (reason: string): PrivateKeyReading => ({ kind: 'invalid', reason })

/** Reads a private key file. Any text is accepted; what is no usable key is `invalid`, and the reason holds no secret. */
export function parsePrivateKey(text: string): PrivateKeyReading {
  const bytes = dearmor(LABEL, text)
  if (bytes === undefined) return invalid(`not one "-----BEGIN ${LABEL}-----" block`)
  const outer = readWire(bytes, (reader) => ({
    magic: reader.bytes(MAGIC.length),
    cipher: reader.string().toString('latin1'),
    kdf: reader.string(),
    kdfOptions: reader.string(),
    keyCount: reader.uint32(),
    publicBlob: reader.string(),
    secret: reader.string(),
    rest: reader.rest(),
  }))
  if (outer === undefined || !outer.magic.equals(MAGIC) || outer.rest.length > 0)
    return invalid('the block is not an openssh-key-v1 key')
  if (outer.cipher !== NONE) return invalid('the key has a passphrase; only a key without one can be used here')
  if (outer.keyCount !== 1) return invalid(`the file holds ${outer.keyCount} keys; exactly one is expected`)
  const inner = readWire(outer.secret, (reader) => ({
    check: reader.uint32(),
    checkAgain: reader.uint32(),
    type: reader.string().toString('latin1'),
    rawPublic: reader.string(),
    seedAndPublic: reader.string(),
    comment: reader.string().toString('utf8'),
    padding: reader.rest(),
  }))
  // Other types have other fields, so the type is read on its own before the fields are judged.
  const type = readWire(outer.publicBlob, (reader) => reader.string().toString('latin1'))
  if (type !== undefined && type !== KEY_TYPE) return invalid(`the key is not of the type ${KEY_TYPE}`)
  if (inner === undefined || inner.check !== inner.checkAgain || inner.type !== KEY_TYPE)
    return invalid('the private part is damaged')
  if (!inner.padding.equals(padding(inner.padding.length))) return invalid('the padding of the private part is damaged')
  if (inner.seedAndPublic.length !== 2 * SEED_LENGTH) return invalid('the private part has the wrong length')
  const privateKey = createPrivateKey({
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      d: inner.seedAndPublic.subarray(0, SEED_LENGTH).toString('base64url'),
      x: inner.seedAndPublic.subarray(SEED_LENGTH).toString('base64url'),
    },
    format: 'jwk',
  })
  const publicKey = publicKeyOf(privateKey)
  if (!publicKeyBlob(publicKey).equals(outer.publicBlob)) return invalid('the public part belongs to another key')
  return { kind: 'key', key: { privateKey, publicKey, comment: inner.comment } }
}
