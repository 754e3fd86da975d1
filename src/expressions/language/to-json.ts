/**
 * The result of an expression as JSON. CEL has more types than JSON: whole numbers arrive as BigInt, and timestamps,
 * durations and bytes become text in the form of ProtoJSON.
 * Source: https://protobuf.dev/programming-guides/json/
 */
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator'
import type { Json } from '../../kernel/json.ts'
import { type Evaluation, failed } from '../evaluation.ts'
import { EXPRESSION_LIMITS } from '../limits.ts'

class NotJson extends Error {}

type Budget = { size: number }

/** The classes a result can have, and the text each becomes. */
const AS_TEXT: readonly (readonly [new (...args: never[]) => object, (value: object) => string])[] = [
  [Date, (value) => (value as Date).toISOString()],
  [Duration, (value) => String(value)],
  [Uint8Array, (value) => Buffer.from(value as Uint8Array).toString('base64')],
]

function spend(budget: Budget, size: number): void {
  budget.size -= size
  if (budget.size < 0) {
    throw new NotJson(`the result is too large; at most ${EXPRESSION_LIMITS.maxResultSize} characters are allowed`)
  }
}

function wholeNumber(value: bigint): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new NotJson(`${value} is too large a whole number for JSON; use double(...) or string(...)`)
}

function objectToJson(value: object, budget: Budget, depth: number): Json {
  if (depth === 0) throw new NotJson(`the result is nested deeper than ${EXPRESSION_LIMITS.maxResultDepth}`)
  if (Array.isArray(value)) return value.map((item) => convert(item, budget, depth - 1))
  if (value instanceof UnsignedInt) return wholeNumber(value.value)
  for (const [type, text] of AS_TEXT) if (value instanceof type) return convert(text(value), budget, depth)
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw new NotJson('the result is of a type that JSON does not have')
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      spend(budget, 1 + key.length)
      return [key, convert(member, budget, depth - 1)]
    }),
  )
}

function convert(value: unknown, budget: Budget, depth: number): Json {
  spend(budget, 1)
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') {
    spend(budget, value.length)
    return value
  }
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value
    throw new NotJson('the result is not a finite number: a division by zero or an overflow')
  }
  if (typeof value === 'bigint') return wholeNumber(value)
  if (typeof value === 'object') return objectToJson(value, budget, depth)
  throw new NotJson('the result is of a type that JSON does not have')
}

export function toJson(value: unknown): Evaluation {
  try {
    const budget = { size: EXPRESSION_LIMITS.maxResultSize }
    return { kind: 'value', value: convert(value, budget, EXPRESSION_LIMITS.maxResultDepth) }
  } catch (error) {
    if (error instanceof NotJson) return failed(error.message)
    throw error
  }
}
