/**
 * Reads YAML's scalars. Their `id` tells strings, and plain scalars that a parser could take for something else by
 * their token: a quoted "on" is not the plain on, `1.0` is not `1`.
 */
import { blockScalar, scalar, type TreeNode } from '../tree.ts'
import {
  COLON,
  contentLine,
  DASH,
  endLine,
  HASH,
  isBreak,
  isDocumentMarker,
  LF,
  nextLine,
  QUESTION,
  type Reading,
  refuse,
  SPACE,
  skipBlanks,
} from './reading.ts'

/** Characters that no plain scalar begins with. */
const INDICATORS = new Set(',[]{}#&*!|>\'"%@`')
/** Plain scalars that some schema (YAML 1.1 or 1.2) reads as something other than a string. */
const MAYBE_NOT_STRING = new RegExp(
  [
    '(?:~|null|true|false|yes|no|on|off|y|n|<<|=|)',
    '[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-f_]+|[0-9][0-9_]*(?::[0-5]?[0-9])*(?:\\.[0-9_]*)?(?:e[-+]?[0-9]+)?)',
    '[-+]?\\.(?:[0-9][0-9_]*(?:e[-+]?[0-9]+)?|inf|nan)',
    '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[t \t].*)?',
  ]
    .map((form) => `^${form}$`)
    .join('|'),
  'i',
)

/** What tells a scalar from others. */
type Token = { token: string; isString: boolean }

/** Whether `token` begins as those that may not be strings do; most are told by that. */
const BEGINS_ODDLY = /^(?:[-+.0-9~<=tfynoTFYNO]|$)/

export const plainToken = (token: string, properties: string): Token =>
  BEGINS_ODDLY.test(token) && MAYBE_NOT_STRING.test(token)
    ? { token: properties + token, isString: false }
    : stringToken(token, properties)

export const stringToken = (value: string, properties: string): Token =>
  properties === '' ? { token: value, isString: true } : { token: `${properties}"${value}`, isString: false }

export function scalarNode(
  { text }: Reading,
  { token, isString }: Token,
  start: number,
  end: number,
  properties: string,
): TreeNode {
  const linked = properties.includes('&')
  return scalar({ text, start, end, token, isString, properties, linked })
}

export function startsPlain(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code === DASH || code === QUESTION || code === COLON) return !isBreak(text, at + 1)
  return !INDICATORS.has(text[at] ?? '#')
}

/** A plain scalar of a block, over as many lines as are indented deeper than `parent`. */
export function readBlockPlain(reading: Reading, at: number, parent: number, properties: string): TreeNode {
  const { text } = reading
  if (!startsPlain(text, at)) refuse()
  let end = plainLineEnd(text, at)
  let token = text.slice(at, end)
  let stop = skipBlanks(text, end)
  while (text.charCodeAt(stop) === LF) {
    const line = contentLine(text, stop + 1)
    // A comment ends a plain scalar; so does anything that is not indented.
    if (line.column <= parent || text.slice(stop + 1, line.start).includes('#')) break
    const lineEnd = plainLineEnd(text, line.at)
    token += `\n${text.slice(line.at, lineEnd)}`
    end = lineEnd
    stop = skipBlanks(text, end)
  }
  return scalarNode(reading, plainToken(token, properties), at, end, properties)
}

/** End of a plain scalar's text in its line; refuses a line that would be a key. */
function plainLineEnd(text: string, at: number): number {
  let end = at
  for (let i = at; ; i++) {
    const code = text.charCodeAt(i)
    if (code === LF || Number.isNaN(code)) return end
    if (code === HASH && i > at && isBreak(text, i - 1)) return end
    if (code === COLON && isBreak(text, i + 1)) return refuse()
    if (code !== SPACE && code !== 9) end = i + 1
  }
}

/** A quoted scalar; its further lines must be indented deeper than `parent`. */
export function readQuoted(reading: Reading, at: number, parent: number, properties: string): TreeNode {
  const { value, end } = quotedToken(reading.text, at, parent)
  return scalarNode(reading, stringToken(value, properties), at, end, properties)
}

export function quotedToken(text: string, at: number, parent: number): { value: string; end: number } {
  const quote = text[at]!
  let close = at + 1
  for (;;) {
    close = text.indexOf(quote, close)
    if (close < 0) return refuse()
    if (quote === '"' && isEscaped(text, at, close)) close++
    else if (quote === "'" && text[close + 1] === "'") close += 2
    else break
  }
  const raw = text.slice(at + 1, close)
  if (raw.includes('\n')) return { value: foldedToken(raw, parent), end: close + 1 }
  return { value: quote === '"' ? unescaped(raw) : raw.replaceAll("''", "'"), end: close + 1 }
}

function isEscaped(text: string, start: number, at: number): boolean {
  let slashes = 0
  while (at - 1 - slashes > start && text[at - 1 - slashes] === '\\') slashes++
  return slashes % 2 === 1
}

/** Several lines stand for themselves, indentation aside: told apart from the same text on one line. */
function foldedToken(raw: string, parent: number): string {
  const [first = '', ...rest] = raw.split('\n')
  for (const line of rest) {
    const column = line.search(/[^ ]/)
    if (column >= 0 && (column <= parent || isDocumentMarker(line, 0))) refuse()
  }
  return [first.trimEnd(), ...rest.map((line) => line.trim())].join('\n')
}

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs
const SHORT_ESCAPES: Record<string, string> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
  '\t': '\t',
}

function unescaped(raw: string): string {
  if (!raw.includes('\\')) return raw
  return raw.replace(ESCAPE, (_, byte?: string, unit?: string, point?: string, short?: string) => {
    if (short !== undefined) return SHORT_ESCAPES[short] ?? refuse()
    const code = Number.parseInt(byte ?? unit ?? point ?? '', 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : refuse()
  })
}

const BLOCK_HEADER = /[|>](?:([1-9])[-+]?|[-+]([1-9])?)?/y

/** A literal or folded block; a block that ends the text or keeps its blank lines has them in its range. */
export function readBlockScalar(reading: Reading, at: number, parent: number, properties: string): TreeNode {
  const { text } = reading
  BLOCK_HEADER.lastIndex = at
  const header = BLOCK_HEADER.exec(text) ?? refuse()
  const first = endLine(text, at + header[0].length)
  const digit = header[1] ?? header[2]
  const indent = digit === undefined ? indentOfBlock(text, first, parent) : Math.max(parent, 0) + Number(digit)
  const keepsBlanks = header[0].includes('+')
  const lines = [header[0]]
  let end = first
  let filled = 1
  for (let start = first; start < text.length; ) {
    const next = nextLine(text, start)
    let column = start
    while (column - start < indent && text.charCodeAt(column) === SPACE) column++
    const blank = text.charCodeAt(column) === LF || column >= text.length
    if (!blank && column - start < indent) break
    lines.push(text.slice(column, next - 1))
    if (!blank || keepsBlanks) {
      end = next
      filled = lines.length
    }
    start = next
  }
  lines.length = filled
  const linked = properties.includes('&') || keepsBlanks
  return blockScalar({ text, start: at, end, column: indent, properties, lines, linked })
}

function indentOfBlock(text: string, first: number, parent: number): number {
  for (let start = first; start < text.length; start = nextLine(text, start)) {
    let at = start
    while (text.charCodeAt(at) === SPACE) at++
    if (text.charCodeAt(at) === LF) continue
    return Math.max(at - start, parent + 1)
  }
  return parent + 1
}
