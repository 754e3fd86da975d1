/**
 * The allowed_signers file: which key may sign for whom, in which namespaces, and when. Pure.
 * Invariants: any text is accepted, a line that is not understood becomes a finding and allows nothing; lines for
 * certificate authorities and for keys that are not Ed25519 are findings too, as nothing here can verify by them.
 * Source: ALLOWED SIGNERS in ssh-keygen(1).
 */

import { parsePublicKey, type SshPublicKey } from '../public-key.ts'
import { parseSignerOptions, type SignerOptions } from './signer-options.ts'
import { matchesPatterns } from './signer-pattern.ts'
import { formatSignerTime } from './signer-time.ts'

export type AllowedSigner = SignerOptions & {
  /** Patterns of the names that the key may sign for; at least one. */
  principals: readonly string[]
  publicKey: SshPublicKey
}

/** A signer and the line it stands on, counted from 1. */
export type SignerLine = { line: number; signer: AllowedSigner }

/** What is wrong with one line; `code` is stable. */
type SignerFinding = {
  line: number
  code: 'line-malformed' | 'options-invalid' | 'key-malformed' | 'key-type-unsupported' | 'cert-authority-ignored'
  detail: string
}

export type AllowedSigners = { lines: readonly SignerLine[]; findings: readonly SignerFinding[] }

/** Principals, in quotes or without, and the rest of the line. */
const PRINCIPALS = /^(?:"([^"]*)"|([^\s"]+))[ \t]+(.*)$/
/** Options reach to the first blank outside quotes. */
const OPTIONS_AND_KEY = /^((?:[^\s"]|"(?:[^"\\]|\\"|\\(?!"))*")+)[ \t]+(.*)$/

type LineReading = AllowedSigner | Omit<SignerFinding, 'line'>

function parseLine(text: string): LineReading {
  const found = PRINCIPALS.exec(text)
  const principals = found?.[1] ?? found?.[2]
  const rest = found?.[3]
  if (principals === undefined || rest === undefined)
    return {
      code: 'line-malformed',
      detail:
        'A line has the form: principals [options] ssh-ed25519 AAAA..., such as ops@example.org namespaces="git" ssh-ed25519 AAAA...',
    }
  const bare = parsePublicKey(rest)
  const [, optionText = '', keyText = ''] = bare.kind === 'malformed' ? (OPTIONS_AND_KEY.exec(rest) ?? []) : []
  const key = bare.kind === 'malformed' ? parsePublicKey(keyText) : bare
  if (key.kind === 'malformed')
    return {
      code: 'key-malformed',
      detail: 'There is no public key of the form "ssh-ed25519 AAAA..." where one should stand.',
    }
  const options = optionText === '' ? {} : parseSignerOptions(optionText)
  if (typeof options === 'string') return { code: 'options-invalid', detail: `In this line ${options}.` }
  if (options.certAuthority)
    return {
      code: 'cert-authority-ignored',
      detail: 'Certificates are not supported; list each key on a line of its own.',
    }
  if (key.kind === 'other-type')
    return {
      code: 'key-type-unsupported',
      detail: 'Only keys of the type ssh-ed25519 are supported; this line is ignored.',
    }
  return { ...options, principals: principals.split(','), publicKey: key.publicKey }
}

/** Reads an allowed_signers file. Blank lines and lines that begin with `#` are passed over. */
export function parseAllowedSigners(text: string): AllowedSigners {
  const lines: SignerLine[] = []
  const findings: SignerFinding[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const trimmed = raw.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const reading = parseLine(trimmed)
    if ('code' in reading) findings.push({ line: index + 1, ...reading })
    else lines.push({ line: index + 1, signer: reading })
  }
  return { lines, findings }
}

/** `list` as one comma-separated field; throws where an item would not be read back as it is. */
function joinPatterns(what: string, list: readonly string[]): string {
  if (list.length === 0 || list.some((item) => !/^[^\s",\\#][^\s",\\]*$/.test(item)))
    throw new RangeError(`expected ${what} without blanks, quotes, commas and backslashes: ${JSON.stringify(list)}`)
  return list.join(',')
}

/** The line of `signer`, with its line break, such as `ops@example.org namespaces="git" ssh-ed25519 AAAA...`. */
export function formatAllowedSigner({ principals, publicKey, ...options }: AllowedSigner): string {
  const fields: string[] = []
  if (options.namespaces !== undefined) fields.push(`namespaces="${joinPatterns('namespaces', options.namespaces)}"`)
  if (options.validAfterMs !== undefined) fields.push(`valid-after="${formatSignerTime(options.validAfterMs)}"`)
  if (options.validBeforeMs !== undefined) fields.push(`valid-before="${formatSignerTime(options.validBeforeMs)}"`)
  const optionText = fields.length === 0 ? '' : ` ${fields.join(',')}`
  return `${joinPatterns('principals', principals)}${optionText} ${publicKey}\n`
}

/** Which signature is asked about. */
export type SignerQuery = {
  publicKey: SshPublicKey
  /** When it was made, in milliseconds since 1970-01-01T00:00Z. */
  timeMs: number
  /** Absent: any namespace will do, as for `ssh-keygen -Y find-principals`. */
  namespace?: string
  /** Absent: whoever the key signs for. */
  principal?: string
}

const timeText = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 19)

/** Why a line of the queried key does not allow the signature, or undefined where it does. */
function refusal(signer: AllowedSigner, { namespace, timeMs }: SignerQuery): string | undefined {
  const { namespaces, validAfterMs, validBeforeMs } = signer
  if (namespace !== undefined && namespaces !== undefined && !matchesPatterns(namespace, namespaces))
    return `the key may not sign in the namespace "${namespace}"`
  if (validAfterMs !== undefined && timeMs < validAfterMs)
    return `the key is not yet valid: ${timeText(timeMs)}Z is before its valid-after, ${timeText(validAfterMs)}Z`
  if (validBeforeMs !== undefined && timeMs > validBeforeMs)
    return `the key has expired: ${timeText(timeMs)}Z is after its valid-before, ${timeText(validBeforeMs)}Z`
  return undefined
}

/**
 * The first line that allows the signature, and why lines of the same key before it do not. For the names a key signs
 * for, leave `principal` out and read `signer.principals`.
 */
export function findSigner(
  { lines }: AllowedSigners,
  query: SignerQuery,
): { found: SignerLine | undefined; refusals: { line: number; reason: string }[] } {
  const refusals: { line: number; reason: string }[] = []
  for (const candidate of lines) {
    const { line, signer } = candidate
    if (signer.publicKey !== query.publicKey) continue
    if (query.principal !== undefined && !matchesPatterns(query.principal, signer.principals)) continue
    const reason = refusal(signer, query)
    if (reason === undefined) return { found: candidate, refusals }
    refusals.push({ line, reason })
  }
  return { found: undefined, refusals }
}
