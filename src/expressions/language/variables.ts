/**
 * The variables of an expression and their CEL types, from JSON Schema. Pure.
 * A number is `dyn<double>`: arithmetic on it is checked, and it still fits wherever any JSON value does.
 */
import { isJsonObject, type JsonObject } from '../../kernel/json.ts'

/** CEL type by name. */
export type Variables = Readonly<Record<string, string>>

const TYPE_OF_SCHEMA: Readonly<Record<string, string>> = {
  number: 'dyn<double>',
  integer: 'dyn<double>',
  string: 'string',
  boolean: 'bool',
  array: 'list',
  object: 'map',
}

/** CEL's own type of a result, and the type under which later expressions see that result as JSON. */
const TYPE_OF_RESULT: Readonly<Record<string, string>> = {
  int: 'dyn<double>',
  uint: 'dyn<double>',
  double: 'dyn<double>',
  string: 'string',
  bool: 'bool',
}

/** The words that CEL keeps for itself: no variable can have such a name. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'as break const continue else false for function if import in let loop namespace null package return true var ' +
    'void while __proto__ prototype'
  ).split(' '),
)

/** Whether `name` can be written as a variable in an expression. */
export const isVariableName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !RESERVED.has(name)

const typeOfSchema = (schema: unknown): string => {
  const type = isJsonObject(schema) ? schema.type : undefined
  return (typeof type === 'string' && TYPE_OF_SCHEMA[type]) || 'dyn'
}

export const typeOfResult = (celType: string): string => TYPE_OF_RESULT[celType] ?? 'dyn'

/** The properties of an object's schema that can be written as variables. */
export function variablesOfSchema(schema: JsonObject | undefined): Variables {
  const properties = schema?.properties
  if (!isJsonObject(properties)) return {}
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => isVariableName(name))
      .map(([name, property]) => [name, typeOfSchema(property)]),
  )
}
