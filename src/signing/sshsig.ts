/**
 * SSH signatures of any bytes, as `ssh-keygen -Y sign` makes them, with Ed25519 keys. Pure.
 * Invariant: the namespace is part of what is signed, so a signature for one purpose never passes for another.
 * Source: PROTOCOL.sshsig of OpenSSH.
 */

import { createHash, type KeyObject, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { armor, dearmor } from './base64.ts'
import { KEY_TYPE, publicKeyBlob, publicKeyFromBlob, publicKeyObject, type SshPublicKey } from './public-key.ts'
import type { SigningKey } from './ssh-key.ts'
import { readWire, wireString, wireUint32 } from './ssh-wire.ts'

const LABEL = 'SSH SIGNATURE'
const MAGIC = Buffer.from('SSHSIG')
const VERSION = 1
const HASH = 'sha512'
/** The hash algorithms that the format allows. */
const HASHES: ReadonlySet<string> = new Set(['sha256', HASH])

export type Verdict = { kind: 'valid'; publicKey: SshPublicKey } | { kind: 'invalid'; reason: string }

type Parsed = { publicKey: SshPublicKey; namespace: Buffer; hash: string; signature: Buffer }

/** The bytes that the key signs: the message enters as its hash, the reserved field is empty. */
const signedBytes = (namespace: string, hash: string, message: Uint8Array | string): Buffer =>
  Buffer.concat([
    MAGIC,
    wireString(namespace),
    wireString(''),
    wireString(hash),
    wireString(createHash(hash).update(message).digest()),
  ])

/**
 * The armored signature of `message` (text is taken as UTF-8). The same input gives the same signature.
 * Throws where `namespace` is empty or holds a NUL: the format has no such namespace.
 */
export function signSsh(key: SigningKey, namespace: string, message: Uint8Array | string): string {
  return armored(key, namespace, sign(null, toBeSigned(namespace, message), key.privateKey))
}

/** The same, on the thread pool: for many at once. */
export async function signSshPooled(key: SigningKey, namespace: string, message: Uint8Array | string): Promise<string> {
  return armored(key, namespace, await signPooled(null, toBeSigned(namespace, message), key.privateKey))
}

const signPooled = promisify<null, Buffer, KeyObject, Buffer>(sign)

function toBeSigned(namespace: string, message: Uint8Array | string): Buffer {
  if (namespace === '' || namespace.includes('\0'))
    throw new RangeError('a signature\'s namespace is text of at least one character and without NUL, such as "git"')
  return signedBytes(namespace, HASH, message)
}

const armored = (key: SigningKey, namespace: string, signature: Buffer): string =>
  armor(
    LABEL,
    Buffer.concat([
      MAGIC,
      wireUint32(VERSION),
      wireString(publicKeyBlob(key.publicKey)),
      wireString(namespace),
      wireString(''),
      wireString(HASH),
      wireString(Buffer.concat([wireString(KEY_TYPE), wireString(signature)])),
    ]),
  )

/** Reads an armored signature without judging it; a text is the reason why it cannot be read. */
function parse(armored: string): Parsed | string {
  const bytes = dearmor(LABEL, armored)
  if (bytes === undefined) return `not one "-----BEGIN ${LABEL}-----" block`
  const fields = readWire(bytes, (reader) => ({
    magic: reader.bytes(MAGIC.length),
    version: reader.uint32(),
    publicBlob: reader.string(),
    namespace: reader.string(),
    reserved: reader.string(),
    hash: reader.string().toString('latin1'),
    signatureBlob: reader.string(),
    rest: reader.rest(),
  }))
  if (fields === undefined || !fields.magic.equals(MAGIC) || fields.rest.length > 0)
    return 'the block is not an SSH signature'
  if (fields.version !== VERSION) return `version ${fields.version} of the format is not known; ${VERSION} is`
  if (!HASHES.has(fields.hash)) return `the hash algorithm is not one of ${[...HASHES].join(', ')}`
  const publicKey = publicKeyFromBlob(fields.publicBlob)
  if (publicKey === undefined) return `the signing key is not of the type ${KEY_TYPE}`
  const inner = readWire(fields.signatureBlob, (reader) => ({
    type: reader.string().toString('latin1'),
    signature: reader.string(),
    rest: reader.rest(),
  }))
  if (inner?.type !== KEY_TYPE || inner.rest.length > 0) return `the signature is not of the type ${KEY_TYPE}`
  return { publicKey, namespace: fields.namespace, hash: fields.hash, signature: inner.signature }
}

/** The key that a signature says it was made by. It proves nothing: only `verifySsh` does. */
export function claimedKey(armored: string): Verdict {
  const parsed = parse(armored)
  return typeof parsed === 'string'
    ? { kind: 'invalid', reason: parsed }
    : { kind: 'valid', publicKey: parsed.publicKey }
}

/**
 * Whether `armored` is a signature of `message` for `namespace`, and by which key. Any text is accepted. A valid
 * signature tells nothing about who owns the key: see `allowed-signers.ts`.
 */
export function verifySsh(armored: string, namespace: string, message: Uint8Array | string): Verdict {
  const parsed = parse(armored)
  if (typeof parsed === 'string') return { kind: 'invalid', reason: parsed }
  const { publicKey, hash, signature } = parsed
  if (namespace === '' || !parsed.namespace.equals(Buffer.from(namespace)))
    return { kind: 'invalid', reason: `the signature is not for the namespace "${namespace}"` }
  const good = verify(null, signedBytes(namespace, hash, message), publicKeyObject(publicKey), signature)
  return good ? { kind: 'valid', publicKey } : { kind: 'invalid', reason: 'the signature does not fit the message' }
}
