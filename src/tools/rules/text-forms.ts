/**
 * The rules that are written as one line of text, and the written-out rules that each stands for. Pure.
 * A form is chosen by the name before the colon; the first one of the table that fits counts.
 */
import type { RuleObject } from '../definition.ts'

type TextForm = {
  /** The form as messages show it. */
  shown: string
  name: RegExp
  /** The rules for the field in the name and the text after the colon; undefined where that text does not fit. */
  parse(field: string, argument: string): RuleObject[] | undefined
}

type ParsedText = { kind: 'rules'; rules: readonly RuleObject[] } | { kind: 'invalid'; detail: string }

const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const LIST = /^\[(.*)\]$/s
const QUOTED = /^(["'])(.*)\1$/s

const parseNumber = (text: string): number | undefined => {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

/** The items of `[a, b]`, each without its quotes; undefined where it is no list, or one with an empty item. */
function parseList(text: string): { text: string; quoted: boolean }[] | undefined {
  const inside = LIST.exec(text)?.[1]
  if (inside === undefined) return undefined
  const items = inside.split(',').map((item) => {
    const quoted = QUOTED.exec(item.trim())?.[2]
    return quoted === undefined ? { text: item.trim(), quoted: false } : { text: quoted, quoted: true }
  })
  return items.some(({ text: item, quoted }) => item === '' && !quoted) ? undefined : items
}

/** An item without quotes stands for the text and, where it reads as one, for the number or the truth value. */
function itemValues({ text, quoted }: { text: string; quoted: boolean }): (string | number | boolean)[] {
  const number = parseNumber(text)
  if (quoted) return [text]
  if (number !== undefined) return [text, number]
  return text === 'true' || text === 'false' ? [text, text === 'true'] : [text]
}

const TEXT_FORMS: readonly TextForm[] = [
  {
    shown: 'required_fields: [field, field]',
    name: /^required_(fields)$/,
    parse: (_, argument) => parseList(argument)?.map(({ text }) => ({ field: text, required: true })),
  },
  {
    shown: '<field>_format: <regular expression>',
    name: /^(.+)_format$/,
    parse: (field, format) => (format === '' ? undefined : [{ field, format }]),
  },
  {
    shown: 'max_<field>: <number>',
    name: /^max_(.+)$/,
    parse: (field, argument) => {
      const max = parseNumber(argument)
      return max === undefined ? undefined : [{ field, max }]
    },
  },
  {
    shown: 'min_<field>: <number>',
    name: /^min_(.+)$/,
    parse: (field, argument) => {
      const min = parseNumber(argument)
      return min === undefined ? undefined : [{ field, min }]
    },
  },
  {
    shown: 'allowed_<field>: [value, value]',
    name: /^allowed_(.+)$/,
    parse: (field, argument) => {
      const items = parseList(argument)
      return items && [{ field, enum: items.flatMap(itemValues) }]
    },
  },
  {
    shown: 'must_have_<field>',
    name: /^must_have_(.+)$/,
    parse: (field, argument) => (argument === '' ? [{ field, required: true }] : undefined),
  },
]

const KNOWN_FORMS = TEXT_FORMS.map(({ shown }) => `"${shown}"`).join(', ')

/** What the line `text` stands for. */
export function parseTextRule(text: string): ParsedText {
  const colon = text.indexOf(':')
  const name = (colon < 0 ? text : text.slice(0, colon)).trim()
  const argument = colon < 0 ? '' : text.slice(colon + 1).trim()
  for (const form of TEXT_FORMS) {
    const field = form.name.exec(name)?.[1]
    if (field === undefined) continue
    const rules = form.parse(field, argument)
    if (rules) return { kind: 'rules', rules }
    return { kind: 'invalid', detail: `${JSON.stringify(text)} does not have the form "${form.shown}".` }
  }
  return { kind: 'invalid', detail: `${JSON.stringify(text)} is no rule; the forms are ${KNOWN_FORMS}.` }
}
