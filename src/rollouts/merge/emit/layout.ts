/** Which side each part of a result looks like, and how far its lines move for it. */
import type { Entry, Side, TreeNode } from '../tree.ts'
import type { Part, Plan, Trio } from '../values/plan.ts'
import { lastIndent, type Shift } from './indent.ts'
import { mergeTrivia } from './trivia.ts'

/** The side whose wish is written where the plan has a conflict. */
export type Pick = 'ours' | 'theirs'

/** How far each side's lines move, from their own depth to that of the result. */
export type Shifts = Record<Side, Shift>

export type Collection = Extract<Plan, { do: 'collection' }>

/** Writes one entry, from its key or dash to its end. */
export type WriteEntry = (part: Part, shifts: Shifts) => string

/** The layouts of the sides cannot be joined by slices; the caller has other ways. */
export class Unrenderable extends Error {}

export const SIDES: readonly Side[] = ['base', 'ours', 'theirs']

export const forSides = <T>(make: (side: Side) => T): Record<Side, T> => ({
  base: make('base'),
  ours: make('ours'),
  theirs: make('theirs'),
})

/** The side whose layout a part of the result follows. */
export function sideOf(plan: Plan, pick: Pick): Side {
  if (plan.do === 'take') return plan.side
  if (plan.do === 'conflict' || plan.do === 'drop' || plan.do === 'keep') return pick
  return frameOf(plan.nodes)
}

/** Ours, unless it has nothing to go by or theirs alone has changed the layout. */
export function frameOf({ base, ours, theirs }: Trio<TreeNode>): Pick {
  if (ours === undefined || theirs === undefined) return ours === undefined ? 'theirs' : 'ours'
  if (ours.entries.length === 0 && theirs.entries.length > 0) return 'theirs'
  if (base === undefined || theirs.entries.length === 0) return 'ours'
  return layoutOf(ours) === layoutOf(base) && layoutOf(theirs) !== layoutOf(base) ? 'theirs' : 'ours'
}

/** What tells one layout from another: the style and the indentation. */
function layoutOf({ style, column, entries }: TreeNode): string {
  const first = entries[0]
  if (style === 'block' || first === undefined) return `${style} ${column}`
  return `${style} ${lastIndent(first.text.slice(first.from, first.start))}`
}

/** The first and the last entry of what both sides have word for word: it need not be put together from their texts. */
export function sharedEntries({ plan, entries: { ours, theirs } }: Part): { first: Entry; last: Entry } | undefined {
  if (plan.do === 'keep') return { first: plan.run[0]!, last: plan.run.at(-1)! }
  return plan.do === 'take' && ours !== undefined && ours.node === theirs?.node
    ? { first: ours, last: ours }
    : undefined
}

/** The text beside an entry that `cut` takes from each side: of both where the part is merged, else as `pick` wants. */
export function besideEntry(part: Part, pick: Pick, cut: (entry: Entry, side: Side) => string): string {
  const { plan, entries } = part
  if (plan.do === 'conflict') return entries[pick] === undefined ? '' : cut(entries[pick], pick)
  const ours = entries.ours && cut(entries.ours, 'ours')
  if (ours !== undefined && entries.ours === entries.theirs) return ours
  const theirs = entries.theirs && cut(entries.theirs, 'theirs')
  if (ours !== undefined && ours === theirs) return ours
  return mergeTrivia({ base: entries.base && cut(entries.base, 'base'), ours, theirs })
}

/** Whether a part has text where conflicts are written as `pick` wants them. */
export const isPresent = ({ plan, entries }: Part, pick: Pick): boolean =>
  plan.do !== 'drop' && (plan.do !== 'conflict' || entries[pick] !== undefined)
