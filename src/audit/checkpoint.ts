/**
 * Signed statements of where the chain stood: "at this instant, row N had this hash". A chain alone does not show that
 * its last rows were cut off, or that all of it was written anew; a checkpoint that is kept elsewhere does. Pure.
 *
 * The signature is an SSH signature in the namespace `espalier-audit` of the text
 *
 *     espalier-audit-checkpoint-v1\n<sequence>\n<hash>\n<instant, ISO 8601 in UTC with milliseconds>\n
 *
 * so that `ssh-keygen -Y verify` can check it where this program is not installed.
 */
import { type AllowedSigners, findSigner } from '../signing/signers/allowed-signers.ts'
import type { SigningKey } from '../signing/ssh-key.ts'
import { signSsh, verifySsh } from '../signing/sshsig.ts'

export const AUDIT_NAMESPACE = 'espalier-audit'

export type Statement = {
  sequence: number
  /** The hash of that row. */
  hash: string
  /** Milliseconds since 1970-01-01T00:00Z. */
  at: number
}

export type Checkpoint = Statement & { /** Armored. */ signature: string }

const messageOf = ({ sequence, hash, at }: Statement): string =>
  `espalier-audit-checkpoint-v1\n${sequence}\n${hash}\n${new Date(at).toISOString()}\n`

/** Signs where the chain stood, in a namespace of the trail's own: no other signature passes for one. */
export const signCheckpoint = (key: SigningKey, statement: Statement): Checkpoint => ({
  ...statement,
  signature: signSsh(key, AUDIT_NAMESPACE, messageOf(statement)),
})

/** Why the signature proves nothing, or undefined where one of `signers` made it. */
export function checkpointFault(checkpoint: Checkpoint, signers: AllowedSigners): string | undefined {
  const verdict = verifySsh(checkpoint.signature, AUDIT_NAMESPACE, messageOf(checkpoint))
  if (verdict.kind === 'invalid') return verdict.reason
  const query = { publicKey: verdict.publicKey, timeMs: checkpoint.at, namespace: AUDIT_NAMESPACE }
  return findSigner(signers, query).found ? undefined : 'the key that signed it is not allowed to'
}

/** The line of a checkpoint in `checkpoints.ndjson`, with its line break. */
export const checkpointLine = ({ sequence, hash, at, signature }: Checkpoint): string =>
  `${JSON.stringify({ sequence, hash, at: new Date(at).toISOString(), signature })}\n`

/** Reads the lines of such a file. `unreadable` counts those that are none, such as one that a power cut left torn. */
export function parseCheckpoints(text: string): { checkpoints: Checkpoint[]; unreadable: number } {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const checkpoints = lines.flatMap((line) => parseLine(line) ?? [])
  return { checkpoints, unreadable: lines.length - checkpoints.length }
}

const HASH = /^[0-9a-f]{64}$/

function parseLine(line: string): Checkpoint | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { sequence, hash, at, signature } = value as Record<string, unknown>
  const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || Number.isNaN(atMs)) return undefined
  if (typeof hash !== 'string' || !HASH.test(hash) || typeof signature !== 'string') return undefined
  return { sequence, hash, at: atMs, signature }
}
