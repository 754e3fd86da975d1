/**
 * `data/audit/checkpoints.ndjson`, which is made to be copied elsewhere, and beside it the keys that may sign it. It is
 * only ever appended to, so that a copy is a prefix.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AUDIT_NAMESPACE, checkpointLine, parseCheckpoints } from '../../audit/checkpoint.ts'
import type { CheckpointFile } from '../../audit/trail.ts'
import type { SshPublicKey } from '../../signing/public-key.ts'
import { type AllowedSigners, formatAllowedSigner, parseAllowedSigners } from '../../signing/signers/allowed-signers.ts'

const OWNER_ONLY = 0o700

export type AuditFolder = { file: CheckpointFile; signers(): AllowedSigners }

/** @param principal whom the signatures are of, for `ssh-keygen -Y verify -I` */
export function openAuditFolder(dataDir: string, signer: { principal: string; publicKey: SshPublicKey }): AuditFolder {
  const folder = join(dataDir, 'audit')
  const path = join(folder, 'checkpoints.ndjson')
  const signersPath = join(folder, 'allowed_signers')
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY })

  // Earlier keys stay: what they signed still verifies.
  if (!textOf(signersPath).includes(signer.publicKey)) {
    const { principal, publicKey } = signer
    appendFileSync(
      signersPath,
      formatAllowedSigner({ principals: [principal], namespaces: [AUDIT_NAMESPACE], publicKey }),
    )
  }

  return {
    file: {
      append(checkpoint) {
        const text = textOf(path)
        // A power cut may have left a torn line, which must not take this one with it.
        const separator = text === '' || text.endsWith('\n') ? '' : '\n'
        appendFileSync(path, `${separator}${checkpointLine(checkpoint)}`, { flush: true })
      },
      read: () => parseCheckpoints(textOf(path)),
    },
    signers: () => parseAllowedSigners(textOf(signersPath)),
  }
}

const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')
