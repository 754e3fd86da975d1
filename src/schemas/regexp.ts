/**
 * Patterns that tenants write, in RE2: time linear in the text whatever the pattern, so no input can hang the process.
 * The price is what RE2 leaves out, lookaround and back-references, and a clear sentence says so.
 * Source of the syntax: https://github.com/google/re2/wiki/Syntax; `\uXXXX` and `(?<name>...)` of JavaScript work too.
 */
import { LRUCache } from 'lru-cache'
import { RE2JS } from 're2js'
import { quoted } from '../documents/finding.ts'

/** Linear means linear in pattern times text: at this size 100 KB of text take some 0.1 s at worst. */
const MAX_PATTERN_LENGTH = 1_000

export type Pattern = { kind: 'pattern'; test(text: string): boolean } | { kind: 'invalid'; detail: string }

/** What RE2 leaves out, as it is written. */
const MISSING: readonly { written: RegExp; detail: string }[] = [
  { written: /^\(\?<?[=!]/, detail: 'RE2 has no lookahead and no lookbehind; write the check as a second pattern' },
  { written: /^\\(?:[1-9]|k)/, detail: 'RE2 has no back-references; write the group out again' },
  { written: /^\(\?>/, detail: 'RE2 has no atomic groups; it never backtracks, so a plain group `(?:...)` does' },
]

/** Compiles `source`, searched for anywhere in a text as JSON Schema's `pattern` is; `^` and `$` are the text's ends. */
export function compilePattern(source: string): Pattern {
  if (source.length > MAX_PATTERN_LENGTH)
    return { kind: 'invalid', detail: `A pattern has at most ${MAX_PATTERN_LENGTH} characters.` }
  try {
    compiled(source)
    return { kind: 'pattern', test: (text) => compiled(source).test(text) }
  } catch (error) {
    return { kind: 'invalid', detail: explain(source, error) }
  }
}

/** Some 10 KB each, so that those in use are kept, and not one for each file that has a pattern. */
const programs = new LRUCache<string, RE2JS>({ max: 2_000 })

/** A function of `source` alone: tenants that write the same pattern share it. @throws where RE2 does not read it */
function compiled(source: string): RE2JS {
  const known = programs.get(source)
  if (known) return known
  const program = RE2JS.compile(RE2JS.translateRegExp(source))
  programs.set(source, program)
  return program
}

function explain(source: string, error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  const [, reason, part] = /^error parsing regexp: ([^`]*): `(.*)`$/s.exec(message) ?? []
  const missing = MISSING.find(({ written }) => written.test(part ?? ''))
  if (missing) return `${missing.detail} (${quoted(source)}).`
  return reason === undefined
    ? `${quoted(source)} is not a pattern that RE2 reads.`
    : `${quoted(source)} is not a valid pattern: ${reason} at ${quoted(part ?? '')}.`
}

/**
 * The engine for ajv's `code.regExp`. Ajv keys compiled patterns by `toString()`, so it has to tell them apart.
 * @throws SyntaxError where RE2 does not read the pattern; the message is fit for people
 */
export const re2Engine = Object.assign(
  (source: string) => {
    const pattern = compilePattern(source)
    if (pattern.kind === 'invalid') throw new SyntaxError(pattern.detail)
    return { test: pattern.test, toString: () => source }
  },
  { code: 'espalierRe2' },
)
