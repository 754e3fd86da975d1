/**
 * What both sides wrote alike but for white space. Git takes it for a conflict, yet it is one change in two layouts: it
 * stands in the layout that leaves more lines as they were. Pure.
 */
import { type Lines, textOf } from './line-table.ts'
import { type LaidTexts, layTexts, WORD } from './merge-lines.ts'
import type { Region } from './regions.ts'

/**
 * The texts with each such change laid out in one way.
 * @param isSame whether two texts hold the same values: white space may mean something, in a string or as indentation
 */
export function agreeOnLayout(laid: LaidTexts, isSame: (one: string, other: string) => boolean): LaidTexts {
  const { base, ours, theirs, regions } = laid
  const alike = regions.filter((region) => region.take === 'conflict' && isAlike(region, laid))
  if (alike.length === 0) return laid
  const [inOurs, inTheirs] = [alike.map(spanOfOurs), alike.map(spanOfTheirs)]
  const known = new Set(base.numbers)
  const agreed = alike.map((_, i) => {
    const theirsIsNearer = countNovel(theirs, inTheirs[i]!, known) < countNovel(ours, inOurs[i]!, known)
    return theirsIsNearer ? textOf(theirs, ...inTheirs[i]!) : textOf(ours, ...inOurs[i]!)
  })
  const newOurs = replaceSpans(ours, inOurs, agreed)
  const newTheirs = replaceSpans(theirs, inTheirs, agreed)
  const isHarmless = isSame(ours.text, newOurs) && isSame(theirs.text, newTheirs)
  return isHarmless ? layTexts(base.text, newOurs, newTheirs) : laid
}

/** The lines from the first to before the second. */
type Span = readonly [number, number]

const spanOfOurs = ({ ours, lengthOurs }: Region): Span => [ours, ours + lengthOurs]
const spanOfTheirs = ({ theirs, lengthTheirs }: Region): Span => [theirs, theirs + lengthTheirs]

const withoutSpace = (text: string): string => text.replace(/\s+/g, '')

function isAlike(region: Region, { ours, theirs }: LaidTexts): boolean {
  const [from, to] = spanOfOurs(region)
  if (withoutSpace(textOf(ours, from, to)) !== withoutSpace(textOf(theirs, ...spanOfTheirs(region)))) return false
  // Who lays out the whole text anew means it so.
  return WORD.test(textOf(ours, 0, from)) || WORD.test(textOf(ours, to, ours.numbers.length))
}

function countNovel({ numbers }: Lines, [from, to]: Span, known: ReadonlySet<number>): number {
  let count = 0
  for (let line = from; line < to; line++) if (!known.has(numbers[line]!)) count++
  return count
}

function replaceSpans(lines: Lines, spans: readonly Span[], by: readonly string[]): string {
  const out: string[] = []
  let done = 0
  for (const [i, [from, to]] of spans.entries()) {
    out.push(textOf(lines, done, from), by[i]!)
    done = to
  }
  out.push(textOf(lines, done, lines.numbers.length))
  return out.join('')
}
