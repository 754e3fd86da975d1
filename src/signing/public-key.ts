/**
 * Ed25519 public keys in SSH's form. Pure.
 * Invariant: an `SshPublicKey` has one spelling, so that `===` tells whether two keys are the same.
 * Source: RFC 8709 (the key), RFC 4253 section 6.6 (its encoding).
 */

import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { fromBase64 } from './base64.ts'
import { readWire, wireString } from './ssh-wire.ts'

declare const brand: unique symbol

/** `ssh-ed25519 AAAA...`: the public line without its comment. */
export type SshPublicKey = string & { readonly [brand]: 'SshPublicKey' }

export const KEY_TYPE = 'ssh-ed25519'
const RAW_LENGTH = 32

/** What stands in a public line or where a key should stand. */
export type PublicKeyReading =
  | { kind: 'key'; publicKey: SshPublicKey; comment: string }
  /** A well-formed key of another type, such as `ssh-rsa`. */
  | { kind: 'other-type'; type: string }
  | { kind: 'malformed' }

/** The key whose 32 bytes are `raw`. */
function publicKeyFromRaw(raw: Uint8Array): SshPublicKey {
  const blob = Buffer.concat([wireString(KEY_TYPE), wireString(raw)])
  return `${KEY_TYPE} ${blob.toString('base64')}` as SshPublicKey
}

/** SSH's encoding of the key: its type, then its 32 bytes. */
export const publicKeyBlob = (publicKey: SshPublicKey): Buffer =>
  Buffer.from(publicKey.slice(KEY_TYPE.length + 1), 'base64')

/** The key that `blob` encodes, or undefined where it is no Ed25519 key. */
export function publicKeyFromBlob(blob: Uint8Array): SshPublicKey | undefined {
  const fields = readWire(blob, (reader) => ({ type: reader.string(), raw: reader.string(), rest: reader.rest() }))
  if (fields === undefined || fields.rest.length > 0) return undefined
  if (fields.type.toString('latin1') !== KEY_TYPE || fields.raw.length !== RAW_LENGTH) return undefined
  return publicKeyFromRaw(fields.raw)
}

/** Reads `type base64 [comment]`, the content of a `.pub` file. */
export function parsePublicKey(line: string): PublicKeyReading {
  const [, type, base64, comment = ''] = /^([^\s"]+)[ \t]+([^\s]+)(?:[ \t]+(.*))?$/.exec(line.trim()) ?? []
  const blob = base64 === undefined ? undefined : fromBase64(base64)
  if (type === undefined || blob === undefined) return { kind: 'malformed' }
  if (type === KEY_TYPE) {
    const publicKey = publicKeyFromBlob(blob)
    return publicKey === undefined ? { kind: 'malformed' } : { kind: 'key', publicKey, comment }
  }
  const typeInBlob = readWire(blob, (reader) => reader.string().toString('latin1'))
  return typeInBlob === type ? { kind: 'other-type', type } : { kind: 'malformed' }
}

/** `SHA256:` and the unpadded base64 of the digest, as `ssh-keygen -l` prints it. */
export const fingerprint = (publicKey: SshPublicKey): string =>
  `SHA256:${createHash('sha256').update(publicKeyBlob(publicKey)).digest('base64').replaceAll('=', '')}`

/** The key as node:crypto takes it. */
export const publicKeyObject = (publicKey: SshPublicKey): KeyObject =>
  createPublicKey({
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      x: publicKeyBlob(publicKey).subarray(-RAW_LENGTH).toString('base64url'),
    },
    format: 'jwk',
  })

/** The public half of `privateKey`, which is an Ed25519 key. */
export function publicKeyOf(privateKey: KeyObject): SshPublicKey {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  if (x === undefined) throw new TypeError('expected an Ed25519 key')
  return publicKeyFromRaw(Buffer.from(x, 'base64url'))
}
