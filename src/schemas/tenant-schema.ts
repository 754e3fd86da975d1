/**
 * JSON Schemas that tenants write, for the input and output of their tools: hostile input to a compiler of code.
 * Invariants: what passes `checkTenantSchema` refers to nothing outside of itself, compiles and validates in bounded
 * time and memory, and leaves nothing behind in a shared instance of ajv (each compiled schema has one of its own,
 * about 1 ms, collected together with the validator).
 * Schemas that are equal letter for letter share one validator, whichever tenants wrote them: it is a function of the
 * schema and of the value alone, and remembers neither.
 */
import type { ValidateFunction } from 'ajv'
import { LRUCache } from 'lru-cache'
import type { Violation } from '../documents/violation.ts'
import { isJsonObject, type Json, type JsonObject, pointerTokens, valueAt } from '../kernel/json.ts'
import { BASE_OPTIONS, check, newAjv, type Validator } from './ajv.ts'
import { DIALECT } from './keywords.ts'
import { refPointer, schemaCost } from './schema-cost.ts'
import { walkSchema } from './schema-walk.ts'
import { measure } from './value-size.ts'
import { toViolations } from './violations.ts'

/** Of the schemas that are remembered, in UTF-16 code units. Those in use by a tool live as long as that does. */
const MAX_SHARED_LENGTH = 4 * 1024 * 1024

/** What one schema may cost. */
const TENANT_SCHEMA_LIMITS = {
  /** Size of the schema as JSON, in UTF-16 code units. */
  maxLength: 64 * 1024,
  /** Nesting of maps and lists, not only of schemas. */
  maxDepth: 32,
}

/** Applications of referenced subschemas in one validation of a recursive schema; 100,000 take about 10 ms. */
const MAX_STEPS = 100_000

/** Schemas that try more on one part are held to MAX_WORK; for the others the limit on a body's size is limit enough. */
const CHEAP_PER_PART = 100

/** Parts of the value times subschemas tried on each; takes some 0.1 to 1 s at worst. */
const MAX_WORK = 50_000_000

/** As MAX_WORK, where all violations are collected: each try may leave one behind. Larger values are told the first. */
const MAX_WORK_FOR_ALL_ERRORS = 50_000

/** What is wrong with a tenant's schema that stands at `pointer` of its file; an empty list means that it may be compiled. */
export function checkTenantSchema(schema: Json, pointer: string): Violation[] {
  return findings(schema).map((violation) => ({ ...violation, pointer: `${pointer}${violation.pointer}` }))
}

function findings(schema: Json): readonly Violation[] {
  const { maxDepth, maxLength } = TENANT_SCHEMA_LIMITS
  if (!isJsonObject(schema))
    return [{ pointer: '', code: 'wrong-type', detail: 'A schema is a map, such as `{"type": "object"}`.' }]
  if (measure(schema, { maxDepth, maxNodes: maxLength }) === 'too-large')
    return [
      { pointer: '', code: 'schema-too-large', detail: `A schema nests at most ${maxDepth} levels; make it flatter.` },
    ]
  const text = JSON.stringify(schema)
  const { length } = text
  if (length > maxLength)
    return [
      {
        pointer: '',
        code: 'schema-too-large',
        detail: `The schema has ${length} characters; at most ${maxLength} are allowed.`,
      },
    ]

  if (sound.has(text)) return []
  const { nodes, violations } = walkSchema(schema)
  if (violations.length > 0) return violations
  const malformed = metaViolations(schema)
  if (malformed.length > 0) return malformed
  const { violations: costs } = schemaCost(nodes)
  if (costs.length === 0) sound.set(text, true)
  return costs
}

/** Texts of schemas that nothing was found in: most tenants' are a colleague's. */
const sound = new LRUCache<string, true>({ maxSize: MAX_SHARED_LENGTH, sizeCalculation: (_, text) => text.length })

let metaAjv: ReturnType<typeof newAjv> | undefined

/** What the meta-schema of JSON Schema 2020-12 says. */
function metaViolations(schema: JsonObject): readonly Violation[] {
  metaAjv ??= newAjv({ allErrors: true, strict: false })
  const validate = metaAjv.getSchema(DIALECT)
  return validate && !validate(schema) ? toViolations(validate.errors ?? []) : []
}

const validators = new LRUCache<string, Validator>({
  maxSize: MAX_SHARED_LENGTH,
  sizeCalculation: (_, text) => text.length,
})

/**
 * A validator for a schema that `checkTenantSchema` found nothing in. Valid values cost ajv's bare check; invalid ones
 * are told at most 50 violations, all of them where the value is small. It never throws for any JSON value, and costs
 * next to nothing until the first of them.
 */
export function compileTenantSchema(schema: JsonObject): Validator {
  const text = JSON.stringify(schema)
  const known = validators.get(text)
  if (known) return known
  let compiled: Validator | undefined
  const validator: Validator = (value) => {
    compiled ??= compile(schema)
    return compiled(value)
  }
  validators.set(text, validator)
  return validator
}

function compile(schema: JsonObject): Validator {
  const { isRecursive, perPart } = schemaCost(walkSchema(schema).nodes)
  const first = isRecursive ? countedValidator(schema, false, MAX_STEPS) : plainValidator(schema, false)
  const triesForAll = MAX_WORK_FOR_ALL_ERRORS / perPart
  let all: Validator | undefined
  return (value) => {
    if (perPart > CHEAP_PER_PART && !hasAtMost(value, MAX_WORK / perPart)) return TOO_COMPLEX
    const violations = first(value)
    if (violations.length === 0 || !hasAtMost(value, triesForAll)) return violations
    all ??= isRecursive ? countedValidator(schema, true, triesForAll) : plainValidator(schema, true)
    const told = all(value)
    return told === TOO_COMPLEX ? violations : told
  }
}

const hasAtMost = (value: unknown, maxNodes: number): boolean =>
  measure(value, { maxDepth: Number.POSITIVE_INFINITY, maxNodes }) === 'fits'

/**
 * Options under which code grows with the schema only: a `$ref` becomes a call, not a copy. Ajv's optimiser is off, since
 * it takes most of the time (a schema of 64 KB compiles in 120 ms instead of 660 ms) and V8 does its work again.
 */
const TENANT_OPTIONS = {
  strict: false,
  meta: false,
  validateSchema: false,
  inlineRefs: false,
  code: { ...BASE_OPTIONS.code, optimize: false },
} as const

function plainValidator(schema: JsonObject, allErrors: boolean): Validator {
  return bounded(newAjv({ ...TENANT_OPTIONS, allErrors }).compile(schema))
}

class OutOfSteps extends Error {}

/** As above, but ends a validation that applies its referenced subschemas more than `maxSteps` times. */
function countedValidator(schema: JsonObject, allErrors: boolean, maxSteps: number): Validator {
  let steps = 0
  const ajv = newAjv({ ...TENANT_OPTIONS, allErrors })
  ajv.addKeyword({
    keyword: STEP,
    errors: false,
    validate: () => {
      steps += 1
      if (steps > maxSteps) throw new OutOfSteps()
      return true
    },
  })
  const validate = bounded(ajv.compile(withSteps(schema)))
  return (value) => {
    steps = 0
    return validate(value)
  }
}

/** A check that runs out of steps, or of stack on a value of great depth, is a violation like any other. */
function bounded(validate: ValidateFunction): Validator {
  return (value) => {
    try {
      return check(validate, value)
    } catch (error) {
      if (error instanceof OutOfSteps || error instanceof RangeError) return TOO_COMPLEX
      throw error
    }
  }
}

/** No keyword of a tenant can be called so: unknown keywords are refused. */
const STEP = 'espalierStep'

const TOO_COMPLEX: readonly Violation[] = [
  {
    pointer: '',
    code: 'too-complex',
    detail: 'This value is too large or too deep for a schema as complex as its own; send less.',
  },
]

/** A copy of `schema` in which every target of a `$ref` counts a step. */
function withSteps(schema: JsonObject): JsonObject {
  const copy = structuredClone(schema)
  for (const { ref } of walkSchema(schema).nodes.values()) {
    const pointer = ref === undefined ? undefined : refPointer(ref)
    const target = pointer === undefined ? undefined : valueAt(copy, pointerTokens(pointer))
    if (isJsonObject(target)) target[STEP] = true
  }
  return copy
}
