/**
 * What both sides wrote alike but for white space. Git takes it for a conflict, yet it is one change in two layouts: it
 * stands in the layout that leaves more lines as they were. Pure.
 */
import { type Lines, textOf } from './line-table.ts'
import type { LaidTexts } from './merge-lines.ts'
import type { Region } from './regions.ts'

/** The regions with such conflicts decided; undefined where other conflicts are left. */
export function settleLayouts(laid: LaidTexts): readonly Region[] | undefined {
  if (laid.regions.every(({ take }) => take !== 'conflict')) return laid.regions
  const known = new Set(laid.base.numbers)
  const settled: Region[] = []
  for (const region of laid.regions) {
    if (region.take !== 'conflict') settled.push(region)
    else if (isAlike(region, laid)) settled.push({ ...region, take: nearer(region, laid, known) })
    else return undefined
  }
  return settled
}

function isAlike({ ours, lengthOurs, theirs, lengthTheirs }: Region, texts: LaidTexts): boolean {
  const [mine, other] = [texts.ours, texts.theirs]
  const endOurs = ours + lengthOurs
  if (!isSameButForSpace(textOf(mine, ours, endOurs), textOf(other, theirs, theirs + lengthTheirs))) return false
  // Who lays out the whole text anew means it so.
  return SAYING.test(textOf(mine, 0, ours)) || SAYING.test(textOf(mine, endOurs, mine.numbers.length))
}

const SAYING = /[^\s[\]{}]/
const SPACE = /\s/

export function isSameButForSpace(one: string, other: string): boolean {
  let [a, b] = [0, 0]
  for (;;) {
    while (SPACE.test(one.charAt(a))) a++
    while (SPACE.test(other.charAt(b))) b++
    if (a === one.length || b === other.length) return a === one.length && b === other.length
    if (one[a++] !== other[b++]) return false
  }
}

function nearer(region: Region, { ours, theirs }: LaidTexts, known: ReadonlySet<number>): 'ours' | 'theirs' {
  const novelOfTheirs = countNovel(theirs, region.theirs, region.lengthTheirs, known)
  return novelOfTheirs < countNovel(ours, region.ours, region.lengthOurs, known) ? 'theirs' : 'ours'
}

function countNovel({ numbers }: Lines, from: number, length: number, known: ReadonlySet<number>): number {
  let count = 0
  for (let line = from; line < from + length; line++) if (!known.has(numbers[line]!)) count++
  return count
}
