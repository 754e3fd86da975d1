/**
 * The order of what two sides add at one place: as the list is kept, where people keep it in order, else by name, so
 * that it does not depend on which side is called ours.
 */
import type { Arrangement } from './order.ts'

type Compare = (one: string, other: string) => number

const byCodeUnit: Compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0)
const byLetter: Compare = (one, other) => byCodeUnit(one.toLowerCase(), other.toLowerCase())
/** Numbers and versions by their parts: 3.9 before 3.10. */
const NUMERIC = new Intl.Collator('en', { numeric: true })
const byNumber: Compare = (one, other) => NUMERIC.compare(one, other)

const ORDERS: readonly Compare[] = [byCodeUnit, byLetter, byNumber].flatMap((compare) => [
  compare,
  (one: string, other: string) => compare(other, one),
])
/** Fewer names than this on the longer side, or than two on the other, are in order by chance. */
const ENOUGH = 3

/** `names` are by identity; items without names stay as they come, ours first. */
export function arrangement(
  names: readonly (string | undefined)[],
  ours: readonly number[],
  theirs: readonly number[],
): Arrangement {
  const kept = keptOrder(
    ours.map((identity) => names[identity]),
    theirs.map((identity) => names[identity]),
  )
  const compare = kept ?? byLetter
  return {
    before: (first, second) => compare(names[first] ?? '', names[second] ?? '') < 0,
    interleave: kept !== undefined,
  }
}

/** The order that both sides keep, if they keep one. */
function keptOrder(...sides: (string | undefined)[][]): Compare | undefined {
  const lengths = sides.map(({ length }) => length)
  if (Math.max(...lengths) < ENOUGH || Math.min(...lengths) < 2) return undefined
  return ORDERS.find((compare) =>
    sides.every((side) =>
      side.every((name, i) => name !== undefined && (i === 0 || compare(side[i - 1] ?? '', name) <= 0)),
    ),
  )
}
