/**
 * New values in YAML. Scalars are the `yaml` package's, quoted wherever a reader of YAML 1.1 or 1.2 could take them for
 * something else; the layout is the file's own.
 */
import { stringify, type ToStringOptions } from 'yaml'
import { isJsonObject, type Json } from '../kernel/json.ts'
import type { Style } from './style.ts'
import { type Dialect, isScalar, quoteDouble, writeOnLine } from './write-flow.ts'

type Scalar = string | number | boolean | null

export const yamlDialect = (style: Style): Dialect => ({
  scalar: (value, like) => scalarText(value, style, { like, inFlow: true }),
  key: (name) => keyText(name, style, true),
  colon: ': ',
  mayBreak: false,
})

/** An entry in indented style from its key (or dash) to the end of its line; further lines are at `indent`. */
export const writeEntry = (key: string | null, value: Json, indent: string, style: Style): string =>
  (key === null ? '-' : `${keyText(key, style, false)}:`) + writeAfter(value, indent, key === null, style)

/** What follows a key's colon or an item's dash, to the end of its last line. `indent` is that of the key or dash. */
export function writeAfter(value: Json, indent: string, isItem: boolean, style: Style, like?: string): string {
  if (typeof value === 'string' && canBeLiteral(value)) return literal(value, indent + style.unit)
  if (isScalar(value)) return ` ${scalarText(value as Scalar, style, { like, inFlow: false })}\n`
  const entries: [string | null, Json][] = Array.isArray(value)
    ? value.map((item) => [null, item])
    : Object.entries(value as object)
  if (entries.length === 0) return ` ${writeOnLine(value, style, yamlDialect(style))}\n`
  const inner = indent + (isItem ? '  ' : Array.isArray(value) ? style.listIndent : style.unit)
  const texts = entries.map(([key, item]) => writeEntry(key, item, inner, style))
  return isItem ? ` ${texts.join(inner)}` : `\n${inner}${texts.join(inner)}`
}

/** An entry whose value is written on its line, between brackets. */
export const writeFlowEntry = (key: string | null, value: Json, style: Style): string =>
  `${key === null ? '-' : `${keyText(key, style, false)}:`} ${writeOnLine(value, style, yamlDialect(style))}\n`

/** A value that has no key or dash before it: the whole document. */
export function writeDocument(value: Json, style: Style): string {
  const isEmpty = Object.keys(isJsonObject(value) || Array.isArray(value) ? value : []).length === 0
  if (isEmpty)
    return isScalar(value)
      ? scalarText(value as Scalar, style, { inFlow: false })
      : writeOnLine(value, style, yamlDialect(style))
  const entries: [string | null, Json][] = Array.isArray(value)
    ? value.map((item) => [null, item])
    : Object.entries(value as object)
  return entries
    .map(([key, item]) => writeEntry(key, item, '', style))
    .join('')
    .trimEnd()
}

/** Text of several lines that a literal block says without an indicator of its indentation. */
const canBeLiteral = (text: string): boolean => text.includes('\n') && LITERAL.test(text)
const LITERAL = /^\S(?:[^\p{C}\p{Zl}\p{Zp}]|[\t\n])*\S\n?$/u

const literal = (text: string, indent: string): string => {
  const lines = text.replace(/\n$/, '').split('\n')
  const header = text.endsWith('\n') ? ' |' : ' |-'
  return `${[header, ...lines.map((line) => (line === '' ? '' : indent + line))].join('\n')}\n`
}

/** Nothing is broken into lines. */
const KEY_OPTIONS = {
  lineWidth: 0,
  blockQuote: false,
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
} as const satisfies ToStringOptions
/** What YAML 1.1 would take for a boolean or a date is quoted; people write keys such as `on` and `y` without. */
const OPTIONS = { ...KEY_OPTIONS, compat: 'yaml-1.1' } as const

/** By the first character of what stood there before. */
const QUOTES: Readonly<Record<string, 'QUOTE_DOUBLE' | 'QUOTE_SINGLE'>> = { '"': 'QUOTE_DOUBLE', "'": 'QUOTE_SINGLE' }

type Place = { like?: string | undefined; inFlow: boolean }

function scalarText(value: Scalar, { singleQuotes }: Style, { like, inFlow }: Place): string {
  if (typeof value === 'string' && !isPlainText(value)) return quoteDouble(value)
  const quoted = QUOTES[like?.[0] ?? '']
  const options = {
    ...OPTIONS,
    singleQuote: quoted === 'QUOTE_SINGLE' || (quoted === undefined && singleQuotes),
    ...(quoted === undefined ? {} : { defaultStringType: quoted, defaultKeyType: 'PLAIN' as const }),
  }
  if (!inFlow) return stringify({ k: value }, options).slice('k: '.length, -1)
  return stringify([value], { ...options, collectionStyle: 'flow', flowCollectionPadding: false }).slice(1, -2)
}

function keyText(name: string, { singleQuotes }: Style, inFlow: boolean): string {
  if (!isPlainText(name)) return quoteDouble(name)
  const options = { ...KEY_OPTIONS, singleQuote: singleQuotes }
  if (!inFlow) return stringify({ [name]: 0 }, options).slice(0, -': 0\n'.length)
  const flow = { ...options, collectionStyle: 'flow', flowCollectionPadding: false } as const
  return stringify({ [name]: 0 }, flow).slice(1, -': 0}\n'.length)
}

/** One line of characters about which all readers agree. */
const isPlainText = (text: string): boolean => /^[^\p{C}\p{Zl}\p{Zp}]*$/u.test(text)
