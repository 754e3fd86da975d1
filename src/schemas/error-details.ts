/** One sentence for each keyword that ajv reports: what is wrong and what would be right. Pure. */
import type { ErrorObject } from 'ajv'
import { quoted } from '../documents/finding.ts'
import type { Violation } from '../documents/violation.ts'
import { childPointer, isJsonObject } from '../kernel/json.ts'
import { nearestName } from '../kernel/nearest-name.ts'

/** `key` is the member that the error is about, where ajv points to the map around it. */
type Told = { code: string; detail: string; key?: string; part?: 'key' }

/** What ajv says in `params` depends on the keyword. */
type Params = Readonly<Record<string, unknown>>

const MAX_LISTED = 20

/** `value` as JSON, shortened. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (isJsonObject(value)) return 'a map'
  return quoted(JSON.stringify(value) ?? 'undefined')
}

/** Names between back quotes, at most 20 of them. */
export function listed(names: readonly unknown[], last = 'or'): string {
  const all = names.map((name) => quoted(typeof name === 'string' ? name : JSON.stringify(name)))
  if (all.length > MAX_LISTED) return `${all.slice(0, MAX_LISTED).join(', ')} and ${all.length - MAX_LISTED} more`
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${last} ${all.at(-1)}`
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'a map',
  string: 'text',
}

const typeNames = (types: readonly unknown[]): string =>
  types.map((type) => TYPE_NAMES[String(type)] ?? String(type)).join(' or ')

const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

const plural = (count: unknown, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

const knownKeys = ({ parentSchema }: ErrorObject): string[] => {
  const properties: unknown = parentSchema?.properties
  return isJsonObject(properties) ? Object.keys(properties) : []
}

/** The key that was probably meant, where `error` is about one that is not known. */
export function meantKey(error: ErrorObject): string | undefined {
  const key: unknown = error.params.additionalProperty ?? error.params.unevaluatedProperty
  return typeof key === 'string' ? nearestName(key, knownKeys(error)) : undefined
}

function unknownKey(key: string, error: ErrorObject): Told {
  const known = knownKeys(error)
  const near = meantKey(error)
  const advice =
    near !== undefined
      ? `; did you mean ${quoted(near)}?`
      : known.length > 0
        ? `; known keys are ${listed(known, 'and')}.`
        : '; no such key is allowed here.'
  return { code: 'unknown-key', detail: `Unknown key ${quoted(key)}${advice}`, key, part: 'key' }
}

function notInList(allowed: readonly unknown[], value: unknown): Told {
  const near =
    typeof value === 'string'
      ? nearestName(
          value,
          allowed.filter((one) => typeof one === 'string'),
        )
      : undefined
  const advice = near === undefined ? '' : ` Did you mean ${quoted(near)}?`
  return { code: 'not-allowed-value', detail: `Expected one of ${listed(allowed)}, found ${shown(value)}.${advice}` }
}

/** How each comparison that ajv names is said. */
const COMPARISONS: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '<=': 'at most',
  '>': 'more than',
  '<': 'less than',
}

const outOfRange = (params: Params, value: unknown): Told => ({
  code: 'out-of-range',
  detail: `Expected ${COMPARISONS[String(params.comparison)]} ${params.limit}, found ${shown(value)}.`,
})

/** What would be right, where the schema has an example: few people read patterns. */
function exampleOf({ parentSchema }: ErrorObject): string {
  const examples: unknown = parentSchema?.examples
  const [example] = Array.isArray(examples) ? (examples as unknown[]) : []
  return typeof example === 'string' ? ` An example is ${shown(example)}.` : ''
}

const DETAILS: Readonly<Record<string, (params: Params, error: ErrorObject) => Told>> = {
  additionalProperties: ({ additionalProperty }, error) => unknownKey(String(additionalProperty), error),
  unevaluatedProperties: ({ unevaluatedProperty }, error) => unknownKey(String(unevaluatedProperty), error),
  required: ({ missingProperty }) => ({
    code: 'missing-key',
    detail: `The key ${quoted(String(missingProperty))} is missing; add it.`,
    key: String(missingProperty),
  }),
  dependentRequired: ({ missingProperty, property }) => ({
    code: 'missing-key',
    detail: `The key ${quoted(String(missingProperty))} is missing; ${quoted(String(property))} needs it.`,
    key: String(missingProperty),
  }),
  type: ({ type }, { data }) => ({
    code: 'wrong-type',
    detail: `Expected ${typeNames(asArray(type))}, found ${shown(data)}.`,
  }),
  enum: ({ allowedValues }, { data }) => notInList(asArray(allowedValues), data),
  const: ({ allowedValue }, { data }) => ({
    code: 'not-allowed-value',
    detail: `Expected ${shown(allowedValue)}, found ${shown(data)}.`,
  }),
  pattern: ({ pattern }, error) => ({
    code: 'pattern',
    detail: `${shown(error.data)} does not match the pattern ${quoted(String(pattern))}.${exampleOf(error)}`,
  }),
  format: ({ format }, error) => ({
    code: 'format',
    detail: `${shown(error.data)} does not have the format ${quoted(String(format))}.${exampleOf(error)}`,
  }),
  minimum: (params, { data }) => outOfRange(params, data),
  maximum: (params, { data }) => outOfRange(params, data),
  exclusiveMinimum: (params, { data }) => outOfRange(params, data),
  exclusiveMaximum: (params, { data }) => outOfRange(params, data),
  multipleOf: ({ multipleOf }, { data }) => ({
    code: 'out-of-range',
    detail: `Expected a multiple of ${multipleOf}, found ${shown(data)}.`,
  }),
  minLength: ({ limit }) => ({ code: 'too-short', detail: `Expected at least ${plural(limit, 'character')}.` }),
  maxLength: ({ limit }) => ({ code: 'too-long', detail: `Expected at most ${plural(limit, 'character')}.` }),
  minItems: ({ limit }) => ({ code: 'too-few', detail: `Expected at least ${plural(limit, 'item')}.` }),
  maxItems: ({ limit }) => ({ code: 'too-many', detail: `Expected at most ${plural(limit, 'item')}.` }),
  items: ({ limit }) => ({ code: 'too-many', detail: `Expected at most ${plural(limit, 'item')}.` }),
  unevaluatedItems: ({ len }) => ({ code: 'too-many', detail: `Expected at most ${plural(len, 'item')}.` }),
  minProperties: ({ limit }) => ({ code: 'too-few', detail: `Expected at least ${plural(limit, 'key')}.` }),
  maxProperties: ({ limit }) => ({ code: 'too-many', detail: `Expected at most ${plural(limit, 'key')}.` }),
  uniqueItems: ({ i, j }) => ({ code: 'not-unique', detail: `Items ${j} and ${i} are the same; keep one of them.` }),
  contains: ({ minContains, maxContains }) => ({
    code: 'contains',
    detail: `Expected ${plural(minContains, 'item')} or more of the described form${maxContains === undefined ? '' : `, at most ${maxContains}`}.`,
  }),
  propertyNames: ({ propertyName }) => ({
    code: 'bad-key',
    detail: `The key ${quoted(String(propertyName))} does not have the allowed form.`,
    key: String(propertyName),
    part: 'key',
  }),
  not: (_params, { schema }) => ({
    code: 'not-allowed',
    detail:
      isJsonObject(schema) && Array.isArray(schema.required)
        ? `The keys ${listed(schema.required, 'and')} may not stand together here.`
        : 'This value has a form that is not allowed here.',
  }),
  'false schema': () => ({ code: 'not-allowed', detail: 'Nothing may stand here; remove it.' }),
}

/**
 * The violation that tells `error`, which ajv made with `verbose`. A missing key is told at the place where it would
 * stand (`/customer`), as forms want it; in a file that gives the position of the map that lacks it.
 */
export function violationOf(error: ErrorObject): Violation {
  const tell = Object.hasOwn(DETAILS, error.keyword) ? DETAILS[error.keyword] : undefined
  const told = tell?.(error.params, error) ?? {
    code: 'invalid',
    detail: `This value ${error.message ?? 'is not valid'}.`,
  }
  const { code, detail, key, part } = told
  const pointer = key === undefined ? error.instancePath : childPointer(error.instancePath, key)
  return part === undefined ? { pointer, code, detail } : { pointer, code, detail, part }
}
