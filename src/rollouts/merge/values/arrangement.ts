/**
 * The order of what two sides add at one place. Where the whole collection is kept in order, one by one, as it is kept.
 * Else all of one side and then all of the other: in a list, where order is part of the value, by name, so that it does
 * not depend on which side is called ours; in a map that is mostly in order so that the neighbours are, if they are in
 * one way only (`/volumes`, `/volumes/actions`, `/volumes/snapshots`), and else ours first, as people do who keep both.
 */
import type { Arrangement, Meeting } from './order.ts'

type Compare = (one: string, other: string) => number

const byCodeUnit: Compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0)
const byLetter: Compare = (one, other) => byCodeUnit(one.toLowerCase(), other.toLowerCase())
/** Numbers and versions by their parts: 3.9 before 3.10. */
const NUMERIC = new Intl.Collator('en', { numeric: true })
const byNumber: Compare = (one, other) => NUMERIC.compare(one, other)

const ASCENDING: readonly Compare[] = [byCodeUnit, byLetter, byNumber]
const ORDERS: readonly Compare[] = ASCENDING.flatMap((compare) => [compare, (one, other) => compare(other, one)])
/** Fewer names than this on the longer side, or than two on the other, are in order by chance. */
const ENOUGH = 3

type Names = readonly (string | undefined)[]

/**
 * @param names by identity; items without names stay as they come, ours first
 * @param sides the names of all that each side has, in its order
 */
export function arrangement(kind: 'map' | 'list', names: Names, sides: readonly Names[]): Arrangement {
  const [shorter = 0, longer = 0] = sides.map(({ length }) => length).sort((one, other) => one - other)
  const kept =
    longer < ENOUGH || shorter < 2
      ? undefined
      : ORDERS.find((compare) => sides.every((side) => isInOrder(side, compare)))
  if (kept !== undefined) {
    return { do: 'interleave', before: (first, second) => kept(names[first] ?? '', names[second] ?? '') < 0 }
  }
  const isBefore = ({ ours: [mine], theirs: [other] }: Meeting) => byLetter(names[other!] ?? '', names[mine!] ?? '') < 0
  if (kind === 'list') return { do: 'append', theirsFirst: isBefore }
  const usual = ASCENDING.filter((compare) => sides.some((side) => isMostlyInOrder(side, compare)))
  return {
    do: 'append',
    theirsFirst: (meeting, { before, after }) => {
      const fits = (...items: (number | undefined | readonly number[])[]) => {
        const run = items.flat().flatMap((identity) => (identity === undefined ? [] : [names[identity]]))
        return usual.some((compare) => isInOrder(run, compare))
      }
      const [mine, other] = [meeting.ours, meeting.theirs]
      const ways = [fits(before, other, mine, after), fits(before, mine, other, after)]
      const [theirsFits, oursFits] = ways.includes(true) ? ways : [fits(before, other, mine), fits(before, mine, other)]
      return theirsFits === true && oursFits === false
    },
  }
}

/** Two neighbours in three are in order; of names in no order it is one in two. */
function isMostlyInOrder(names: Names, compare: Compare): boolean {
  let inOrder = 0
  for (let i = 1; i < names.length; i++) if (compare(names[i - 1] ?? '', names[i] ?? '') <= 0) inOrder++
  return inOrder * 3 >= (names.length - 1) * 2
}

const isInOrder = (names: Names, compare: Compare): boolean =>
  names.every((name, i) => name !== undefined && (i === 0 || compare(names[i - 1] ?? '', name) <= 0))
