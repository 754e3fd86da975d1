/**
 * `uniqueItems` in linear time. Ajv compares every pair, so 1 MB of `[[],[],...]` would be 6e10 comparisons; here each
 * item becomes its canonical JSON and a `Set` finds the twin. Equality is JSON Schema's: the order of keys is nothing.
 */
import type { FuncKeywordDefinition, SchemaValidateFunction } from 'ajv'
import { isJsonObject } from '../kernel/json.ts'

const validate: SchemaValidateFunction = (wanted: boolean, items: readonly unknown[]): boolean => {
  if (!wanted || items.length < 2) return true
  const seen = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    const text = canonicalJson(item)
    const twin = seen.get(text)
    if (twin !== undefined) {
      validate.errors = [{ keyword: 'uniqueItems', params: { i: index, j: twin } }]
      return false
    }
    seen.set(text, index)
  }
  return true
}

export const uniqueItems: FuncKeywordDefinition = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  errors: true,
  validate,
}

/** JSON with the keys in order. Recursive: for values whose depth is bounded. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value) ?? 'null'
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`)
  return `{${members.join(',')}}`
}
