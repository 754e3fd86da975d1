/**
 * The slots of a pattern: what may stand in one, and how its text becomes a value of the type that the target's input
 * schema asks for. Pure.
 * Invariant: a slot reads a text in time linear in the text, whatever the schema holds.
 */
import { isJsonObject, type JsonObject, type JsonPrimitive, pointerTokens, valueAt } from '../kernel/json.ts'
import { compilePattern } from '../schemas/regexp.ts'
import { fold } from './text.ts'

/**
 * `text` takes as little as it can, never nothing, has no blank at its ends, and is what `accepts` takes. `number` takes a whole number or
 * decimal such as `-3.5` or `1e3`. `choice` takes one of its values, by their folded text.
 */
export type SlotType =
  | { kind: 'text'; accepts?: (text: string) => boolean }
  | { kind: 'number'; integer: boolean }
  | {
      kind: 'choice'
      values: ReadonlyMap<string, JsonPrimitive>
      /** The lengths that occur among `values`, longest first: a longer value wins over one that it begins with. */
      lengths: readonly number[]
    }

/** What an input schema says of a slot. `unknown` and `unfit` are mistakes of the pattern's author. */
export type SlotLookup =
  | { kind: 'type'; type: SlotType }
  | { kind: 'unknown'; known: readonly string[] }
  | { kind: 'unfit'; found: string }

const TEXT: SlotType = { kind: 'text' }

/** Longer values of an enum cannot be said in a slot; it bounds the work at one place of a text. */
const CHOICE_LENGTH_LIMIT = 64

/** Bounded, so that a long run of digits costs no more at each of its places. */
const NUMBER = /[+-]?(?:\d{1,40}(?:\.\d{1,40})?|\.\d{1,40})(?:e[+-]?\d{1,3})?/y

const BY_TYPE: Readonly<Record<string, SlotType>> = {
  string: TEXT,
  number: { kind: 'number', integer: false },
  integer: { kind: 'number', integer: true },
  boolean: choice([
    ['true', true],
    ['false', false],
    ['yes', true],
    ['no', false],
  ]),
}

/** The type of the slot `name`, from the property of that name in the JSON Schema `input`. Follows local `$ref`s. */
export function slotType(name: string, input: JsonObject | undefined): SlotLookup {
  const properties = input?.properties
  if (!input || !isJsonObject(properties)) return { kind: 'type', type: TEXT }
  if (!Object.hasOwn(properties, name)) return { kind: 'unknown', known: Object.keys(properties) }
  const schema = resolve(properties[name], input)
  if (!isJsonObject(schema)) return { kind: 'type', type: TEXT }
  if (Array.isArray(schema.enum)) return choiceOf(schema.enum)
  const types = [schema.type ?? 'string'].flat()
  const known = types.find((type) => typeof type === 'string' && Object.hasOwn(BY_TYPE, type))
  if (typeof known !== 'string') return { kind: 'unfit', found: `of type ${types.join(' or ')}` }
  return { kind: 'type', type: known === 'string' ? textOf(schema) : BY_TYPE[known]! }
}

/** Text that the schema's `pattern`, `minLength` and `maxLength` take, so that no slot gives what is then refused. */
function textOf({ pattern: source, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: JsonObject): SlotType {
  const pattern = typeof source === 'string' ? compilePattern(source) : undefined
  const matches = pattern?.kind === 'pattern' ? pattern.test : undefined
  if (!matches && minLength === 0 && maxLength === Number.POSITIVE_INFINITY) return TEXT
  return {
    kind: 'text',
    accepts: (text) => {
      // JSON Schema counts characters, not code units.
      const length = Array.from(text).length
      return length >= Number(minLength) && length <= Number(maxLength) && (matches?.(text) ?? true)
    },
  }
}

/** Where a slot that starts at `start` of `folded` can end, first choice first. For `text` see the matcher. */
export function slotEnds(type: Exclude<SlotType, { kind: 'text' }>, folded: string, start: number): number[] {
  if (type.kind === 'choice') {
    return type.lengths
      .map((length) => start + length)
      .filter((end) => end <= folded.length && type.values.has(folded.slice(start, end)))
  }
  NUMBER.lastIndex = start
  const found = NUMBER.exec(folded)
  if (!found) return []
  const value = Number(found[0])
  // A whole number that a double cannot hold exactly would come out as another one.
  const fits = type.integer ? Number.isSafeInteger(value) : Number.isFinite(value)
  return fits ? [start + found[0].length] : []
}

/** The value of what a slot took: `plain` is as written, `folded` the same without upper case. */
export function slotValue(type: SlotType, plain: string, folded: string): JsonPrimitive {
  if (type.kind === 'text') return plain
  // JSON knows no negative zero: adding 0 makes it a plain one.
  return type.kind === 'number' ? Number(folded) + 0 : (type.values.get(folded) ?? null)
}

function choiceOf(values: readonly unknown[]): SlotLookup {
  const sayable = values
    .filter((value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    .map((value): [string, JsonPrimitive] => [String(value), value])
  const type = choice(sayable)
  return type.values.size === 0 ? { kind: 'unfit', found: 'an enum without a short text' } : { kind: 'type', type }
}

function choice(sayable: readonly (readonly [string, JsonPrimitive])[]): SlotType & { kind: 'choice' } {
  const values = new Map<string, JsonPrimitive>()
  for (const [text, value] of sayable) {
    const key = fold(text.normalize('NFC').replace(/\s+/g, ' ').trim())
    // Of two values that differ in case alone the first is meant.
    if (key !== '' && key.length <= CHOICE_LENGTH_LIMIT && !values.has(key)) values.set(key, value)
  }
  return {
    kind: 'choice',
    values,
    lengths: [...new Set([...values.keys()].map((key) => key.length))].sort((a, b) => b - a),
  }
}

function resolve(schema: unknown, root: JsonObject): unknown {
  let at = schema
  // A chain of references longer than this is a circle, or as hard to follow as one.
  for (let hops = 0; hops < 8; hops++) {
    if (!isJsonObject(at) || typeof at.$ref !== 'string' || !/^#(?:\/|$)/.test(at.$ref)) return at
    at = valueAt(root, pointerTokens(at.$ref.slice(1)))
  }
  return undefined
}
