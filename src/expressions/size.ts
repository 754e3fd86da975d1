/**
 * How big a value is, counted only as far as a budget goes. Pure.
 * The unit is a character of text; every value and every key counts one more.
 */
import type { Json } from '../kernel/json.ts'

const MAX_DEPTH = 64

/** What is left of `budget` after `value`; negative as soon as it does not fit, or is nested deeper than 64. */
function remaining(value: Json, budget: number, depth: number): number {
  if (typeof value === 'string') return budget - 1 - value.length
  if (typeof value !== 'object' || value === null) return budget - 1
  if (depth === 0) return -1
  let left = budget - 1
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && left >= 0; i++) left = remaining(value[i]!, left, depth - 1)
    return left
  }
  for (const key in value) {
    if (left < 0) return left
    left = remaining(value[key]!, left - 1 - key.length, depth - 1)
  }
  return left
}

/** Whether `value` is at most `budget` big. Takes time in proportion to the smaller of the two. */
export const fitsIn = (value: Json, budget: number): boolean => remaining(value, budget, MAX_DEPTH) >= 0
