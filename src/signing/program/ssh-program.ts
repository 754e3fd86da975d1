/**
 * What Git calls as `gpg.ssh.program`: signs and verifies with Ed25519 keys in files, without ssh-keygen.
 * Invariants: standard output holds only what Git parses, word for word as ssh-keygen prints it; the first line of a
 * failed verification never begins with "Good", whatever the files hold; exit code 0 means yes, and nothing else does.
 * Source: `sign_buffer_ssh`, `verify_ssh_signed_buffer` and `parse_ssh_output` in Git's gpg-interface.c.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { readKeyFile } from '../key-file.ts'
import { fingerprint, type SshPublicKey } from '../public-key.ts'
import { type AllowedSigners, findSigner, parseAllowedSigners, type SignerQuery } from '../signers/allowed-signers.ts'
import { revocation } from '../signers/revoked-keys.ts'
import { claimedKey, signSsh, verifySsh } from '../sshsig.ts'
import { CommandLineError, parseCommandLine, type SshCommand } from './options.ts'

export type ProgramIo = {
  /** All of standard input. */
  readInput(): Promise<Uint8Array>
  print(text: string): void
  complain(text: string): void
  /** Milliseconds since 1970-01-01T00:00Z, for signatures that are to be verified as of now. */
  now(): number
}

/** The exit codes of ssh-keygen. */
const EXIT = { good: 0, misuse: 1, refused: 255 } as const

/** What ends a command with exit code 255 and its message. */
class Refusal extends Error {}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Does file work; its error becomes a refusal that says what was being done. */
function attempt<T>(what: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new Refusal(`${what}: ${reasonOf(error)}`)
  }
}

const readText = (what: string, path: string): string =>
  attempt(`cannot read the ${what} "${path}"`, () => readFileSync(path, 'utf8'))

/** The line of `signersPath` that allows what `query` asks; every line that was passed over is reported. */
function allowingLine(signersPath: string, query: SignerQuery, io: ProgramIo) {
  const signers: AllowedSigners = parseAllowedSigners(readText('allowed signers', signersPath))
  const { found, refusals } = findSigner(signers, query)
  if (found === undefined) {
    for (const { line, detail } of signers.findings) io.complain(`${signersPath}:${line}: ${detail}\n`)
  }
  for (const { line, reason } of refusals) io.complain(`${signersPath}:${line}: ${reason}\n`)
  return found
}

/** The key that made the signature of standard input. */
async function signerOf(
  { signaturePath, namespace }: { signaturePath: string; namespace: string },
  io: ProgramIo,
): Promise<SshPublicKey> {
  const message = await io.readInput()
  const verdict = verifySsh(readText('signature', signaturePath), namespace, message)
  if (verdict.kind === 'invalid') throw new Refusal(verdict.reason)
  return verdict.publicKey
}

type Commands = {
  [Kind in SshCommand['kind']]: (command: Extract<SshCommand, { kind: Kind }>, io: ProgramIo) => void | Promise<void>
}

const COMMANDS: Commands = {
  sign({ namespace, keyPath, messagePath, useAgent }) {
    if (useAgent)
      throw new Refusal(
        'keys in an SSH agent are not supported; set user.signingkey to the path of a private key or of its .pub file',
      )
    const reading = attempt('cannot read the signing key', () => readKeyFile(keyPath))
    if (reading.kind === 'invalid') throw new Refusal(`cannot sign with "${keyPath}": ${reading.reason}`)
    const message = attempt('cannot read the message', () => readFileSync(messagePath))
    const signature = signSsh(reading.key, namespace, message)
    attempt('cannot write the signature', () => writeFileSync(`${messagePath}.sig`, signature, { flag: 'wx' }))
  },

  'find-principals'({ signersPath, signaturePath, timeMs }, io) {
    const claim = claimedKey(readText('signature', signaturePath))
    if (claim.kind === 'invalid') throw new Refusal(claim.reason)
    const query = { publicKey: claim.publicKey, timeMs: timeMs ?? io.now() }
    const line = allowingLine(signersPath, query, io)
    if (line === undefined) throw new Refusal('no principal matched')
    for (const principal of line.signer.principals) io.print(`${principal}\n`)
  },

  async verify(command, io) {
    const { namespace, principal, signersPath, revokedPath, timeMs } = command
    const publicKey = await signerOf(command, io)
    if (revokedPath !== undefined) {
      const reason = revocation(readText('revoked keys', revokedPath), publicKey)
      if (reason !== undefined) throw new Refusal(`the revoked keys "${revokedPath}" refuse the key: ${reason}`)
    }
    const query = { publicKey, namespace, principal, timeMs: timeMs ?? io.now() }
    if (allowingLine(signersPath, query, io) === undefined)
      throw new Refusal(`no line of "${signersPath}" lets this key sign for "${principal}"`)
    io.print(`Good "${namespace}" signature for ${principal} with ED25519 key ${fingerprint(publicKey)}\n`)
  },

  async 'check-novalidate'(command, io) {
    const publicKey = await signerOf(command, io)
    io.print(`Good "${command.namespace}" signature with ED25519 key ${fingerprint(publicKey)}\n`)
  },
}

/** The commands that answer on standard output also when the answer is no; Git reads its first line. */
const ANSWERS_NO: ReadonlySet<string> = new Set(['verify', 'check-novalidate'])

const run = <Kind extends SshCommand['kind']>(
  kind: Kind,
  command: Extract<SshCommand, { kind: Kind }>,
  io: ProgramIo,
): void | Promise<void> => COMMANDS[kind](command, io)

/** Runs the program on the arguments after its name; resolves to its exit code. */
export async function main(argv: readonly string[], io: ProgramIo): Promise<number> {
  let command: SshCommand | undefined
  try {
    command = parseCommandLine(argv)
    await run(command.kind, command, io)
    return EXIT.good
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof CommandLineError)) throw error
    if (command !== undefined && ANSWERS_NO.has(command.kind)) io.print('Could not verify signature.\n')
    io.complain(`${error.message}\n`)
    return error instanceof CommandLineError ? EXIT.misuse : EXIT.refused
  }
}
