/** Why a token may not stand where it stands, in the words of a person who edits the file. Pure. */
import { quoted } from '../finding.ts'
import type { Token } from './tokens.ts'

/** What the grammar waits for. */
export type Expectation = 'value' | 'value-or-close' | 'key' | 'key-or-close' | 'colon' | 'comma-or-close' | 'end'

export type Misplaced = {
  token: Token
  /** The token before it, if any. */
  previous: Token | undefined
  expected: Expectation
  /** The bracket that closes what is open, and where that was opened; undefined at the top. */
  open: { close: '}' | ']'; line: number; column: number } | undefined
}

export type SyntaxError = { offset: number; code: string; detail: string }

type Rule = (at: Misplaced) => SyntaxError | undefined

const EXPECTED: Readonly<Record<Expectation, (close: string) => string>> = {
  value: () => 'a value (a string in double quotes, a number, true, false, null, an object or an array)',
  'value-or-close': () => 'a value or `]`',
  key: () => 'a key in double quotes',
  'key-or-close': () => 'a key in double quotes or `}`',
  colon: () => '`:` between the key and its value',
  'comma-or-close': (close) => `\`,\` or \`${close}\``,
  end: () => 'nothing more: a file holds one value',
}

/** How other languages write a value, and what JSON wants instead. */
const FOREIGN: Readonly<Record<string, string>> = {
  True: 'write true',
  TRUE: 'write true',
  False: 'write false',
  FALSE: 'write false',
  None: 'write null',
  NULL: 'write null',
  undefined: 'write null, or leave the key out',
  NaN: 'JSON has finite numbers only; write null or a string',
  Infinity: 'JSON has finite numbers only; write null or a string',
  '-Infinity': 'JSON has finite numbers only; write null or a string',
}

const startsValue: ReadonlySet<Token['kind']> = new Set(['{', '[', 'string', 'number', 'literal'])

/** From the particular to the general; the first that answers is told. */
const RULES: readonly Rule[] = [
  ({ token }) => {
    if (token.kind !== 'comment') return undefined
    return error(token, 'comment', 'JSON has no comments; remove this one, or keep the file as YAML.')
  },
  ({ token }) => (token.problem === undefined ? undefined : error(token, 'syntax', token.problem)),
  ({ token, open }) => {
    if (token.kind !== 'end' || !open) return undefined
    const what = open.close === '}' ? 'object' : 'array'
    const where = `line ${open.line}, column ${open.column}`
    return error(
      token,
      'unclosed',
      `The file ends inside the ${what} opened at ${where}; close it with \`${open.close}\`.`,
    )
  },
  ({ token, previous, open }) => {
    if (previous?.kind !== ',' || token.kind !== open?.close) return undefined
    return error(previous, 'trailing-comma', `A comma before \`${token.kind}\` is not JSON; remove the comma.`)
  },
  ({ token }) => {
    if (token.kind !== 'unknown' || !token.source.startsWith("'")) return undefined
    return error(token, 'single-quotes', 'JSON writes strings in double quotes, not in single ones.')
  },
  ({ token, expected }) => {
    if (token.kind !== 'unknown' && token.kind !== 'literal' && token.kind !== 'number') return undefined
    if (expected !== 'key' && expected !== 'key-or-close') return undefined
    return error(token, 'unquoted-key', `The key ${quoted(token.source)} needs double quotes.`)
  },
  ({ token }) => {
    const hint = Object.hasOwn(FOREIGN, token.source) ? FOREIGN[token.source] : undefined
    return hint === undefined
      ? undefined
      : error(token, 'foreign-literal', `${quoted(token.source)} is not JSON; ${hint}.`)
  },
  ({ token, previous }) => {
    if (token.kind !== 'number' || previous?.kind !== 'number') return undefined
    if (previous.offset + previous.source.length !== token.offset) return undefined
    return error(previous, 'syntax', 'A number may not begin with 0; remove the zeros, or write a string.')
  },
  ({ token, expected, open }) => {
    if (expected !== 'comma-or-close' || !startsValue.has(token.kind)) return undefined
    const what = open?.close === '}' ? 'the next key' : 'the next item'
    return error(token, 'missing-comma', `A comma is missing before ${what}, ${quoted(token.source)}.`)
  },
  ({ token, expected }) => {
    if (token.kind !== 'unknown' || (expected !== 'value' && expected !== 'value-or-close')) return undefined
    return error(token, 'syntax', `${quoted(token.source)} is no JSON value; write text in double quotes.`)
  },
]

/** The finding for a token that the grammar does not allow here. */
export function explain(at: Misplaced): SyntaxError {
  for (const rule of RULES) {
    const told = rule(at)
    if (told) return told
  }
  const found = at.token.kind === 'end' ? 'the end of the file' : quoted(at.token.source)
  const expected = EXPECTED[at.expected](at.open?.close ?? '')
  return error(at.token, 'syntax', `Found ${found}, expected ${expected}.`)
}

const error = ({ offset }: Token, code: string, detail: string): SyntaxError => ({ offset, code, detail })
