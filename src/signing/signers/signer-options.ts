/**
 * The options between the principals and the key of an allowed_signers line. Pure.
 * Invariant: an option that is not understood refuses the whole line, since it may narrow what the key is good for.
 * Source: ALLOWED SIGNERS in ssh-keygen(1).
 */

import { parseSignerTime, SIGNER_TIME_FORM } from './signer-time.ts'

export type SignerOptions = {
  /** Patterns of the namespaces that the key may sign in; any where absent. */
  namespaces?: readonly string[]
  /** The first and the last moment of the key, both included, in milliseconds since 1970-01-01T00:00Z. */
  validAfterMs?: number
  validBeforeMs?: number
}

type ReadOptions = SignerOptions & { certAuthority?: true }

/** What an option adds, from the text between its quotes; a text is what is wrong with it. */
type OptionReader = (name: string, value: string | undefined) => ReadOptions | string

const needsValue = (name: string): string => `the option "${name}" needs a value in quotes: ${name}="..."`

const timeOption =
  (member: 'validAfterMs' | 'validBeforeMs'): OptionReader =>
  (name, value) => {
    if (value === undefined) return needsValue(name)
    const timeMs = parseSignerTime(value)
    return timeMs === undefined ? `"${name}" is not a time of the form ${SIGNER_TIME_FORM}` : { [member]: timeMs }
  }

const OPTIONS: ReadonlyMap<string, OptionReader> = new Map<string, OptionReader>([
  ['namespaces', (name, value) => (value === undefined ? needsValue(name) : { namespaces: value.split(',') })],
  ['valid-after', timeOption('validAfterMs')],
  ['valid-before', timeOption('validBeforeMs')],
  [
    'cert-authority',
    (name, value) => (value === undefined ? { certAuthority: true } : `the option "${name}" takes no value`),
  ],
])

/** One option and the comma or the end after it; a quote inside the value is written `\"`. */
const OPTION = /([A-Za-z-]+)(?:="((?:[^"\\]|\\"|\\(?!"))*)")?(,|$)/y

/** Reads `name[="value"][,...]`; a text says what is wrong. Names may be in any case, as in OpenSSH. */
export function parseSignerOptions(text: string): ReadOptions | string {
  const seen = new Set<string>()
  let options: ReadOptions = {}
  OPTION.lastIndex = 0
  for (let more = true; more; ) {
    const found = OPTION.exec(text)
    if (found === null) return 'the options are not of the form name="value",name="value", without spaces between them'
    const name = found[1]!.toLowerCase()
    const read = OPTIONS.get(name)
    if (read === undefined) return `the option "${name}" is not known; ${[...OPTIONS.keys()].join(', ')} are`
    if (seen.has(name)) return `the option "${name}" stands there twice`
    const added = read(name, found[2]?.replaceAll('\\"', '"'))
    if (typeof added === 'string') return added
    seen.add(name)
    options = { ...options, ...added }
    more = found[3] === ','
  }
  const { validAfterMs, validBeforeMs } = options
  if (validAfterMs !== undefined && validBeforeMs !== undefined && validBeforeMs <= validAfterMs)
    return '"valid-before" is not after "valid-after", so the key would never be valid'
  return options
}
