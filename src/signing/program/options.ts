/**
 * The command line of `ssh-keygen -Y`, as far as Git uses it. Pure.
 * Invariant: an option that is not known refuses the call; nothing is ignored that might narrow what counts as good.
 * Source: ssh-keygen(1); `sign_buffer_ssh` and `verify_ssh_signed_buffer` in Git's gpg-interface.c.
 */

import { parseArgs } from 'node:util'
import { parseSignerTime, SIGNER_TIME_FORM } from '../signers/signer-time.ts'

/** What the caller wants, with each path as it was given. */
export type SshCommand =
  | { kind: 'sign'; namespace: string; keyPath: string; messagePath: string; useAgent: boolean }
  | { kind: 'find-principals'; signersPath: string; signaturePath: string; timeMs: number | undefined }
  | {
      kind: 'verify'
      namespace: string
      signersPath: string
      principal: string
      signaturePath: string
      revokedPath: string | undefined
      timeMs: number | undefined
    }
  | { kind: 'check-novalidate'; namespace: string; signaturePath: string }

const LETTERS = {
  method: { type: 'string', short: 'Y' },
  namespace: { type: 'string', short: 'n' },
  file: { type: 'string', short: 'f' },
  signature: { type: 'string', short: 's' },
  identity: { type: 'string', short: 'I' },
  option: { type: 'string', short: 'O', multiple: true },
  revoked: { type: 'string', short: 'r' },
  agent: { type: 'boolean', short: 'U' },
} as const

/** Refuses a command line; the message says what would be right. */
export class CommandLineError extends Error {}

type Values = ReturnType<typeof parseLetters>['values']

function parseLetters(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: LETTERS, allowPositionals: true, strict: true })
  } catch (error) {
    throw new CommandLineError(error instanceof Error ? error.message : 'the options cannot be read')
  }
}

function required(values: Values, letter: 'namespace' | 'file' | 'signature' | 'identity'): string {
  const value = values[letter]
  if (value === undefined || value === '')
    throw new CommandLineError(`-Y ${values.method} needs -${LETTERS[letter].short} <${letter}>`)
  return value
}

const VERIFY_TIME = 'verify-time='

/** The time of `-Overify-time=...`, the only option of `-O` that Git gives. */
function verifyTime({ option = [] }: Values): number | undefined {
  let timeMs: number | undefined
  for (const text of option) {
    timeMs = text.startsWith(VERIFY_TIME) ? parseSignerTime(text.slice(VERIFY_TIME.length)) : undefined
    if (timeMs === undefined)
      throw new CommandLineError(`-O ${text} is not known; expected verify-time=${SIGNER_TIME_FORM}`)
  }
  return timeMs
}

type CommandReader = (values: Values, files: readonly string[]) => SshCommand

const COMMANDS: ReadonlyMap<string, CommandReader> = new Map<string, CommandReader>([
  [
    'sign',
    (values, files) => {
      const [messagePath, ...others] = files
      if (messagePath === undefined || others.length > 0) throw new CommandLineError('-Y sign needs one file to sign')
      return {
        kind: 'sign',
        namespace: required(values, 'namespace'),
        keyPath: required(values, 'file'),
        messagePath,
        useAgent: values.agent === true,
      }
    },
  ],
  [
    'find-principals',
    (values) => ({
      kind: 'find-principals',
      signersPath: required(values, 'file'),
      signaturePath: required(values, 'signature'),
      timeMs: verifyTime(values),
    }),
  ],
  [
    'verify',
    (values) => ({
      kind: 'verify',
      namespace: required(values, 'namespace'),
      signersPath: required(values, 'file'),
      principal: required(values, 'identity'),
      signaturePath: required(values, 'signature'),
      revokedPath: values.revoked,
      timeMs: verifyTime(values),
    }),
  ],
  [
    'check-novalidate',
    (values) => ({
      kind: 'check-novalidate',
      namespace: required(values, 'namespace'),
      signaturePath: required(values, 'signature'),
    }),
  ],
])

/** Reads the arguments after the program's name. Throws `CommandLineError`. */
export function parseCommandLine(argv: readonly string[]): SshCommand {
  const { values, positionals } = parseLetters(argv)
  const read = COMMANDS.get(values.method ?? '')
  if (read === undefined) throw new CommandLineError(`expected -Y with one of ${[...COMMANDS.keys()].join(', ')}`)
  // Git gives an empty argument where it knows no time to verify at.
  return read(
    values,
    positionals.filter((file) => file !== ''),
  )
}
