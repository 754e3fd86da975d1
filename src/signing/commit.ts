/**
 * Signatures inside Git commit objects: where they stand and which bytes they sign. Pure.
 * Invariant: reading what `signCommit` wrote gives back the unsigned bytes and the signature.
 * Source: gitformat-signature(5); `parse_buffer_signed_by_header` in Git's commit.c.
 */

import type { SigningKey } from './ssh-key.ts'
import { signSsh, signSshPooled } from './sshsig.ts'

/** The namespace that Git signs and verifies in. */
export const GIT_NAMESPACE = 'git'

const HEADER = 'gpgsig '
const LINE_BREAK = 0x0a
const SPACE = 0x20

export type CommitSignature = {
  /** The commit without its signature headers: the bytes that are signed. */
  payload: Buffer
  /** The armored signature, with its line breaks. */
  signature: string
}

/** The offset of the line break that ends the headers; the blank line follows. */
function endOfHeaders(raw: Buffer): number {
  const at = raw.indexOf('\n\n')
  if (at === -1) throw new RangeError('a commit object has a blank line after its headers; this text has none')
  return at + 1
}

/**
 * The commit object with its `gpgsig` header, the last one, as `git commit -S` writes it. `unsigned` is the object's
 * content (`tree`, `parent`, `author`, `committer`, blank line, message), text being UTF-8. Throws where it has no
 * blank line or is signed already.
 */
export function signCommit(unsigned: Uint8Array | string, key: SigningKey): Buffer {
  const payload = payloadOf(unsigned)
  return withSignature(payload, signSsh(key, GIT_NAMESPACE, payload))
}

/** The same, signed on the thread pool: for many at once. */
export async function signCommitPooled(unsigned: Uint8Array | string, key: SigningKey): Promise<Buffer> {
  const payload = payloadOf(unsigned)
  return withSignature(payload, await signSshPooled(key, GIT_NAMESPACE, payload))
}

function payloadOf(unsigned: Uint8Array | string): Buffer {
  const raw = Buffer.from(unsigned)
  endOfHeaders(raw)
  if (readCommitSignature(raw) !== undefined) throw new RangeError('this commit is signed already')
  return raw
}

function withSignature(raw: Buffer, signature: string): Buffer {
  const end = endOfHeaders(raw)
  const lines = signature.trimEnd().replaceAll('\n', '\n ')
  return Buffer.concat([raw.subarray(0, end), Buffer.from(`${HEADER}${lines}\n`), raw.subarray(end)])
}

/** The lines of the headers, each with its line break, and then the rest as one piece. */
function* pieces(raw: Buffer): Generator<Buffer> {
  for (let at = 0; at < raw.length; ) {
    const lineBreak = raw.indexOf(LINE_BREAK, at)
    const end = lineBreak === at || lineBreak === -1 ? raw.length : lineBreak + 1
    yield raw.subarray(at, end)
    at = end
  }
}

/** The signature of a raw commit object, or undefined where it has none. Any bytes are accepted. */
export function readCommitSignature(raw: Uint8Array): CommitSignature | undefined {
  const payload: Buffer[] = []
  const signature: Buffer[] = []
  let target = payload
  for (const piece of pieces(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength))) {
    if (piece[0] === SPACE) target.push(target === signature ? piece.subarray(1) : piece)
    else if (piece.indexOf(HEADER) === 0) {
      target = signature
      target.push(piece.subarray(HEADER.length))
    } else {
      // Git leaves the signatures of other hash algorithms, `gpgsig-sha256`, out of the signed bytes too.
      target = piece.indexOf('gpgsig') === 0 ? [] : payload
      target.push(piece)
    }
  }
  if (signature.length === 0) return undefined
  return { payload: Buffer.concat(payload), signature: Buffer.concat(signature).toString('latin1') }
}
