/**
 * The tokens of a JSON text, without recursion, from jsonc-parser's scanner.
 * Its token and error kinds are `const enum`s, which single-file compilation cannot read; hence the tables of numbers
 * (source: jsonc-parser's `SyntaxKind` and `ScanError`, part of its public types).
 */
import { createScanner } from 'jsonc-parser'
import type { JsonPrimitive } from '../../kernel/json.ts'

export type Token = {
  kind: '{' | '}' | '[' | ']' | ',' | ':' | 'string' | 'number' | 'literal' | 'comment' | 'unknown' | 'end'
  offset: number
  /** As written. */
  source: string
  /** Of a string, a number or a literal. */
  value: JsonPrimitive
  /** What is wrong inside of a string or number, and what would be right. */
  problem: string | undefined
}

const KINDS: Readonly<Record<number, Token['kind']>> = {
  1: '{',
  2: '}',
  3: '[',
  4: ']',
  5: ',',
  6: ':',
  7: 'literal',
  8: 'literal',
  9: 'literal',
  10: 'string',
  11: 'number',
  12: 'comment',
  13: 'comment',
  17: 'end',
}

const FIRST_TRIVIA = 14
const LAST_TRIVIA = 15

const PROBLEMS: Readonly<Record<number, string>> = {
  2: 'The string does not end on its line; close it with a double quote, and write a line break as \\n.',
  3: 'The number is not complete; write digits after the point or the exponent.',
  4: 'The escape \\u needs four hexadecimal digits, such as \\u00e9.',
  5: 'Unknown escape in a string; JSON knows \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four digits.',
  6: 'A tab or another control character stands in the string; write it as an escape, such as \\t.',
}

const LITERALS: Readonly<Record<string, JsonPrimitive>> = { true: true, false: false, null: null }

const VALUES: Partial<Record<Token['kind'], (source: string, text: string) => JsonPrimitive>> = {
  string: (_source, text) => text,
  number: (source) => Number(source),
  literal: (source) => LITERALS[source] ?? null,
}

/** Gives one token at a time; after the end it keeps giving `end`. White space is left out, comments are not. */
export function jsonTokens(text: string): () => Token {
  const scanner = createScanner(text, false)
  return () => {
    let kind = scanner.scan() as number
    while (kind >= FIRST_TRIVIA && kind <= LAST_TRIVIA) kind = scanner.scan()
    const offset = scanner.getTokenOffset()
    const source = text.slice(offset, offset + scanner.getTokenLength())
    const name = KINDS[kind] ?? 'unknown'
    return {
      kind: name,
      offset,
      source,
      value: VALUES[name]?.(source, scanner.getTokenValue()) ?? null,
      problem: name === 'comment' ? undefined : PROBLEMS[scanner.getTokenError()],
    }
  }
}
