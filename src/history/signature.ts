/**
 * Whether a commit's signature can be believed, judged as `git verify-commit` judges it, without a process. Pure.
 * Invariant: `verified` means that a key of the allowed signers signed these very bytes, for Git, while it was good for
 * that; whatever else is the case is `unverified` with the reason, or `unsigned`.
 * Source: `verify_ssh_signed_buffer` in Git's gpg-interface.c: first whose key it is, then whether they may sign so.
 */

import { GIT_NAMESPACE } from '../signing/commit.ts'
import { fingerprint, type SshPublicKey } from '../signing/public-key.ts'
import { type AllowedSigners, findSigner } from '../signing/signers/allowed-signers.ts'
import { revocation } from '../signing/signers/revoked-keys.ts'
import { claimedKey, verifySsh } from '../signing/sshsig.ts'
import type { Commit } from './commit.ts'

/** Who may sign. */
export type Signers = {
  allowed: AllowedSigners
  /** The text of a list of revoked keys; undefined where there is none. */
  revoked: string | undefined
  /** Another one wherever one of the files is. */
  version: string
}

export type SignatureState =
  | { state: 'verified'; principal: string; fingerprint: string }
  /** `fingerprint` is of the key that it claims to be made by. */
  | { state: 'unverified'; reason: string; fingerprint?: string }
  | { state: 'unsigned' }

const SSH = '-----BEGIN SSH SIGNATURE-----'
const OTHER_KINDS: readonly [string, string][] = [
  ['-----BEGIN PGP', 'OpenPGP'],
  ['-----BEGIN SIGNED MESSAGE', 'X.509'],
]

/** What a commit's signature is worth, as of the moment it was committed. */
export function judgeSignature(
  { signature: found, committedMs }: Pick<Commit, 'signature' | 'committedMs'>,
  { allowed, revoked }: Signers,
): SignatureState {
  if (!found) return { state: 'unsigned' }
  const { signature, payload } = found
  if (!signature.startsWith(SSH)) return { state: 'unverified', reason: otherKind(signature) }
  const claim = claimedKey(signature)
  const claimed = claim.kind === 'valid' ? { fingerprint: fingerprint(claim.publicKey) } : {}
  const unverified = (reason: string): SignatureState => ({ state: 'unverified', reason, ...claimed })

  const verdict = verifySsh(signature, GIT_NAMESPACE, payload)
  if (verdict.kind === 'invalid') return unverified(`${verdict.reason}.`)
  const { publicKey } = verdict
  const revocationReason = revoked === undefined ? undefined : revocation(revoked, publicKey)
  if (revocationReason !== undefined)
    return unverified(`the list of revoked keys refuses the key: ${revocationReason}.`)
  const answer = principalOf(allowed, { publicKey, timeMs: committedMs })
  if (answer.kind === 'refused') return unverified(`${answer.reason}.`)
  return { state: 'verified', principal: answer.principal, fingerprint: fingerprint(publicKey) }
}

function otherKind(signature: string): string {
  const kind = OTHER_KINDS.find(([start]) => signature.startsWith(start))?.[1]
  return `${kind ? `it is an ${kind} signature` : 'its kind is not known'}; only SSH signatures are judged here.`
}

type Principal = { kind: 'found'; principal: string } | { kind: 'refused'; reason: string }

function principalOf(allowed: AllowedSigners, query: { publicKey: SshPublicKey; timeMs: number }): Principal {
  const owner = findSigner(allowed, query)
  const reasons = owner.refusals.map(({ reason }) => reason)
  for (const principal of owner.found?.signer.principals ?? []) {
    const { found, refusals } = findSigner(allowed, { ...query, principal, namespace: GIT_NAMESPACE })
    if (found) return { kind: 'found', principal }
    reasons.push(...refusals.map(({ reason }) => reason))
  }
  return { kind: 'refused', reason: reasons.at(-1) ?? 'the key is not among the allowed signers' }
}
