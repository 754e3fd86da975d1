/**
 * The list of revoked keys that `-r` names (`gpg.ssh.revocationFile`): one public key a line. Pure.
 * Invariant: a list that is not understood as a whole refuses every key, as it may mean the one in question.
 * Source: `sshkey_in_file` of OpenSSH. Its binary revocation lists (KRL) are not supported.
 */

import { parsePublicKey, type SshPublicKey } from '../public-key.ts'

/** Why `publicKey` must not be trusted, or undefined where the list does not name it. */
export function revocation(list: string, publicKey: SshPublicKey): string | undefined {
  if (list.startsWith('SSHKRL'))
    return 'it is a binary revocation list; a list of public keys, one a line, is supported'
  for (const [index, raw] of list.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const reading = parsePublicKey(line)
    if (reading.kind === 'malformed') return `line ${index + 1} is not a public key`
    if (reading.kind === 'key' && reading.publicKey === publicKey) return `line ${index + 1} revokes the key`
  }
  return undefined
}
