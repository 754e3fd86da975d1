/** Comments that one side wrote about an entry which the other removed: they outlive it. */
import type { Entry } from '../tree.ts'
import type { Part, Trio } from './plan.ts'

/** Whether a part stands in the result: as a value, or for a comment about what has been removed. */
export const isKept = ({ plan, entries }: Part): boolean => plan.do !== 'drop' || orphanComments(entries) !== ''

/** The comment lines above and below a removed entry that the side which still has the entry added. */
export function orphanComments({ base, ours, theirs }: Trio<Entry>): string {
  const left = ours ?? theirs
  if (left === undefined || base === undefined) return ''
  const around = linesAround(left)
  if (!around.includes('#')) return ''
  const known = linesAround(base)
  if (around === known) return ''
  const had = new Set(known.split('\n'))
  return around
    .split('\n')
    .filter((line) => line.includes('#') && !had.has(line))
    .map((line) => `${line}\n`)
    .join('')
}

const linesAround = ({ text, from, start, end, tail }: Entry): string => text.slice(from, start) + text.slice(end, tail)
