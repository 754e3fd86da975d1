/** New values between brackets: JSON, and YAML's flow style. */
import { isJsonObject, type Json } from '../kernel/json.ts'
import type { Style } from './style.ts'

/** How a format writes what is not a collection. */
export type Dialect = {
  /** A scalar; one that is put in the place of another looks like it, where it can. */
  scalar(value: string | number | boolean | null, like?: string): string
  key(name: string): string
  colon: string
  /** Whether what is new may be laid out over lines. */
  mayBreak: boolean
}

const LINE_LENGTH = 80

export function writeOnLine(value: Json, style: Style, dialect: Dialect): string {
  const inner = (item: Json) => writeOnLine(item, style, dialect)
  if (Array.isArray(value)) return `[${value.map(inner).join(style.comma)}]`
  if (!isJsonObject(value)) return dialect.scalar(value)
  const members = Object.entries(value).map(([key, item]) => dialect.key(key) + dialect.colon + inner(item))
  return members.length === 0 ? '{}' : `{${style.padding}${members.join(style.comma)}${style.padding}}`
}

/** Over as many lines as it takes, those after the first at `indent`. */
export function writeOverLines(value: Json, indent: string, style: Style, dialect: Dialect): string {
  const items = itemsOf(value)
  if (items === undefined || items.length === 0 || !dialect.mayBreak || style.oneLine) {
    return writeOnLine(value, style, dialect)
  }
  if (style.shortLists && Array.isArray(value) && value.every(isScalar)) {
    const line = writeOnLine(value, style, dialect)
    if (line.length <= LINE_LENGTH) return line
  }
  const inner = indent + style.unit
  const texts = items.map(([key, item]) => {
    const name = key === null ? '' : dialect.key(key) + dialect.colon
    return inner + name + writeOverLines(item, inner, style, dialect)
  })
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return `${open}\n${texts.join(',\n')}\n${indent}${close}`
}

function itemsOf(value: Json): [string | null, Json][] | undefined {
  if (Array.isArray(value)) return value.map((item) => [null, item])
  return isJsonObject(value) ? Object.entries(value) : undefined
}

export const isScalar = (value: Json): boolean => typeof value !== 'object' || value === null

/** Characters that a file may not hold as they are, or that readers disagree on, as escapes within double quotes. */
export const quoteDouble = (text: string): string =>
  JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** JSON's own dialect. */
export const jsonDialect = ({ colon }: Style): Dialect => ({
  scalar: (value) => (typeof value === 'string' ? quoteDouble(value) : Object.is(value, -0) ? '-0' : String(value)),
  key: quoteDouble,
  colon,
  mayBreak: true,
})
