/**
 * Key pairs in the file system: the private key at `path`, the public line at `path.pub`.
 * Invariants: an existing private key is never overwritten; a private key that others may read is not used, as
 * OpenSSH does it.
 */

import { randomUUID } from 'node:crypto'
import { chmodSync, linkSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { parsePublicKey } from './public-key.ts'
import {
  formatPrivateKey,
  formatPublicKey,
  type PrivateKeyReading,
  parsePrivateKey,
  type SigningKey,
} from './ssh-key.ts'

const PUBLIC_SUFFIX = '.pub'
const OWNER_ONLY = 0o600
const READABLE_BY_ALL = 0o644
const PERMISSIONS_OF_OTHERS = 0o077

/**
 * Writes both files. Throws with the code `EEXIST` where `path` exists; of several processes that try at once, one
 * succeeds. The private key appears at `path` complete or not at all.
 */
export function createKeyFiles(path: string, key: SigningKey): void {
  const draft = `${path}.${randomUUID()}.new`
  writeFileSync(draft, formatPrivateKey(key), { mode: OWNER_ONLY, flag: 'wx', flush: true })
  try {
    linkSync(draft, path)
  } finally {
    unlinkSync(draft)
  }
  writePublicKeyFile(path, key)
}

/** Writes `path.pub` anew, for the key at `path`. */
export function writePublicKeyFile(path: string, key: SigningKey): void {
  const publicPath = `${path}${PUBLIC_SUFFIX}`
  writeFileSync(publicPath, formatPublicKey(key))
  chmodSync(publicPath, READABLE_BY_ALL)
}

const invalid = (reason: string): PrivateKeyReading => ({ kind: 'invalid', reason })

/** Why the file system protects the private key at `path` too little; Windows has no such permissions. */
function exposure(path: string): string | undefined {
  const { uid, mode } = statSync(path)
  const isOwn = process.getuid?.() === uid
  return isOwn && (mode & PERMISSIONS_OF_OTHERS) !== 0
    ? `"${path}" can be read by others; run: chmod 600 "${path}"`
    : undefined
}

/**
 * The key pair at `path`, which names the private key or, ending in `.pub`, the public one beside it. Throws the file
 * system's error where the file cannot be read.
 */
export function readKeyFile(path: string): PrivateKeyReading {
  const text = readFileSync(path, 'utf8')
  const named = parsePublicKey(text)
  if (named.kind === 'other-type')
    return invalid(`"${path}" is a key of the type ${named.type}; ssh-ed25519 is supported`)
  if (named.kind === 'malformed') {
    const reading = parsePrivateKey(text)
    const reason = reading.kind === 'key' ? exposure(path) : undefined
    return reason === undefined ? reading : invalid(reason)
  }
  if (!path.endsWith(PUBLIC_SUFFIX))
    return invalid(
      `"${path}" is a public key without a private key beside it, and keys in an SSH agent are not supported; set user.signingkey to the path of a private key or of its .pub file`,
    )
  const reading = readKeyFile(path.slice(0, -PUBLIC_SUFFIX.length))
  return reading.kind === 'key' && reading.key.publicKey !== named.publicKey
    ? invalid(`the private key beside "${path}" belongs to another public key`)
    : reading
}
