/**
 * Ajv's errors as violations: human sentences, no noise, in the order of the document.
 * Invariant: at most MAX_VIOLATIONS, so a large bad input does not become a large answer.
 */
import type { ErrorObject } from 'ajv'
import type { Violation } from '../documents/violation.ts'
import { childPointer } from '../kernel/json.ts'
import { requiredKeys, tellAlternatives } from './alternatives.ts'
import { meantKey, violationOf } from './error-details.ts'

const MAX_VIOLATIONS = 50
/** Errors that are looked at; ajv may report one for each of thousands of items. */
const MAX_ERRORS = 2_000

/** What ajv (with `verbose`) reported, as violations sorted by pointer. Never empty for a non-empty list. */
export function toViolations(errors: readonly ErrorObject[]): Violation[] {
  // Errors of a union's branches come before the error of the union, so a stack holds what is not yet claimed.
  const told: { error: ErrorObject; violations: Violation[] }[] = []
  for (const error of errors.slice(0, MAX_ERRORS)) {
    if (SUMMARIES.has(error.keyword) && told.length > 0) continue
    if (error.keyword === 'propertyNames') {
      while (told.at(-1)?.error.propertyName !== undefined) told.pop()
    }
    const isUnion = error.keyword === 'anyOf' || error.keyword === 'oneOf'
    if (!isUnion) {
      told.push({ error, violations: [violationOf(error)] })
      continue
    }
    const branchErrors: ErrorObject[] = []
    while (told.length > 0 && belongsTo(error, told.at(-1)!.error)) branchErrors.unshift(told.pop()!.error)
    told.push({ error, violations: tellAlternatives(error, branchErrors) })
  }
  const meant = new Set(errors.slice(0, MAX_ERRORS).flatMap(meantPlace))
  const unmet = told.filter(({ error }) => !missingPlaces(error).some((place) => meant.has(place)))
  return tidy(unmet.flatMap(({ violations }) => violations))
}

/** Where a key would stand that was misspelt. It is not told as missing, too. */
function meantPlace(error: ErrorObject): string[] {
  const key = meantKey(error)
  return key === undefined ? [] : [childPointer(error.instancePath, key)]
}

function missingPlaces({ keyword, instancePath, params, schema }: ErrorObject): string[] {
  const keys =
    keyword === 'required'
      ? [String(params.missingProperty)]
      : keyword === 'anyOf' || keyword === 'oneOf'
        ? requiredKeys(schema)
        : undefined
  return (keys ?? []).map((key) => childPointer(instancePath, key))
}

/** Keywords that only sum up errors which stand before them. */
const SUMMARIES: ReadonlySet<string> = new Set(['if'])

/** Whether `error` comes from a branch of `union`, and not from a keyword beside it. */
function belongsTo(union: ErrorObject, error: ErrorObject): boolean {
  const { instancePath } = union
  if (error.instancePath !== instancePath && !error.instancePath.startsWith(`${instancePath}/`)) return false
  const parent = union.schemaPath.slice(0, union.schemaPath.lastIndexOf('/') + 1)
  if (!error.schemaPath.startsWith(parent)) return true
  const keyword = error.schemaPath.slice(parent.length).split('/')[0] ?? ''
  return keyword === union.keyword || keyword === '$defs' || keyword === 'definitions'
}

function tidy(violations: readonly Violation[]): Violation[] {
  // What has another type altogether fits no alternative or all of them; the type is what helps.
  const mistyped = new Set(violations.filter(({ code }) => code === 'wrong-type').map(({ pointer }) => pointer))
  const helpful = violations.filter(({ pointer, code }) => code !== 'ambiguous' || !mistyped.has(pointer))
  const unique = new Map(helpful.map((violation) => [`${violation.pointer}\n${violation.detail}`, violation]))
  return [...unique.values()]
    .sort((a, b) => a.pointer.localeCompare(b.pointer, 'en', { numeric: true }))
    .slice(0, MAX_VIOLATIONS)
}
