/** Recognizes lists and maps that people keep in order, so that what two sides add lands in order too. */
import type { Before } from './order.ts'

type Compare = (one: string, other: string) => number

const byCodeUnit: Compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0)
const byLetter: Compare = (one, other) => byCodeUnit(one.toLowerCase(), other.toLowerCase())
/** Numbers and versions by their parts: 3.9 before 3.10. */
const byNumber: Compare = new Intl.Collator('en', { numeric: true }).compare

const ORDERS: readonly Compare[] = [byCodeUnit, byLetter, byNumber].flatMap((compare) => [
  compare,
  (one: string, other: string) => compare(other, one),
])
/** Fewer names than this on the longer side, or than two on the other, are in order by chance. */
const ENOUGH = 3

/** The order that both sides keep, if they keep one; `names` are by identity. */
export function sortedBy(
  names: readonly (string | undefined)[],
  ours: readonly number[],
  theirs: readonly number[],
): Before | undefined {
  if (Math.max(ours.length, theirs.length) < ENOUGH || Math.min(ours.length, theirs.length) < 2) return undefined
  const sequences = [ours, theirs].map((side) => side.map((identity) => names[identity]))
  if (sequences.some((sequence) => sequence.includes(undefined))) return undefined
  const isIn = (compare: Compare) =>
    sequences.every((sequence) => sequence.every((name, i) => i === 0 || compare(sequence[i - 1]!, name!) <= 0))
  const compare = ORDERS.find(isIn)
  return compare && ((first, second) => compare(names[first]!, names[second]!) < 0)
}
