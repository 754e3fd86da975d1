/**
 * Ajv for the product's own schemas: JSON Schema 2020-12, strict, with RE2 for patterns. One instance, so that schemas
 * can refer to each other by `$id`. Schemas of tenants never come in here (see tenant-schema.ts).
 * Invariant: validation changes no value: no defaults, no coercion, nothing removed.
 */
import type { Options, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Violation } from '../documents/violation.ts'
import { addKnownFormats } from './formats.ts'
import { re2Engine } from './regexp.ts'
import { uniqueItems } from './unique-items.ts'
import { toViolations } from './violations.ts'

/** Checks one value; an empty list means that it is valid. */
export type Validator = (value: unknown) => readonly Violation[]

/** What every instance of ajv here has in common. */
export const BASE_OPTIONS = {
  // `ownProperties`: a schema that requires `toString` is not met by what every object inherits.
  ownProperties: true,
  // 19.99 is a multiple of 0.01, whatever binary fractions say.
  multipleOfPrecision: 6,
  verbose: true,
  logger: false,
  code: { regExp: re2Engine },
} as const satisfies Options

/** An instance with the known formats and a `uniqueItems` of linear time. */
export function newAjv(options: Options): Ajv2020 {
  const ajv = new Ajv2020({ ...BASE_OPTIONS, ...options })
  addKnownFormats(ajv)
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword(uniqueItems)
  return ajv
}

const VALID: readonly Violation[] = Object.freeze([])

/** What `validate` finds in `value`; allocates nothing while the value is valid. */
export function check(validate: ValidateFunction, value: unknown): readonly Violation[] {
  return validate(value) ? VALID : toViolations(validate.errors ?? [])
}

let own: Ajv2020 | undefined

/**
 * A validator for one of the product's own schemas, which tells every violation at once. Compiled at its first value: all
 * of them together would take longer than the rest of a start. It throws where the schema itself is wrong, a mistake in
 * this program.
 */
export function compileValidator(schema: Readonly<Record<string, unknown>>): Validator {
  let validate: ValidateFunction | undefined
  return (value) => {
    own ??= newAjv({ allErrors: true, strict: true, allowUnionTypes: true, strictRequired: false })
    validate ??= own.compile(schema)
    return check(validate, value)
  }
}
