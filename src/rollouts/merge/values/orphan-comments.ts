/** Comments that one side wrote above an entry which the other removed: they outlive it. */
import type { Entry } from '../tree.ts'
import type { Part, Trio } from './plan.ts'

/** Whether a part stands in the result: as a value, or for a comment above what has been removed. */
export const isKept = ({ plan, entries }: Part): boolean => plan.do !== 'drop' || orphanComments(entries) !== ''

/** The comment lines above a removed entry that the side which still has the entry added. */
export function orphanComments({ base, ours, theirs }: Trio<Entry>): string {
  const left = ours ?? theirs
  if (left === undefined || base === undefined) return ''
  const leadOf = ({ text, from, start }: Entry) => text.slice(from, start)
  const lead = leadOf(left)
  if (!lead.includes('#') || lead === leadOf(base)) return ''
  const known = new Set(leadOf(base).split('\n'))
  return lead
    .split('\n')
    .filter((line) => line.includes('#') && !known.has(line))
    .map((line) => `${line}\n`)
    .join('')
}
