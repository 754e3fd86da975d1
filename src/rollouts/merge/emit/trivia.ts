/**
 * Three-way merge of the text between values: comments, blank lines, spaces. It never conflicts: a line goes if either
 * side removed it, and what either side added stays.
 */
import { diffLines } from '../lines/diff.ts'
import { type Lines, LineTable, textOf } from '../lines/line-table.ts'
import type { Trio } from '../values/plan.ts'

export function mergeTrivia({ base = '', ours, theirs }: Trio<string>): string {
  if (ours === undefined || theirs === undefined) return ours ?? theirs ?? base
  if (ours === theirs || theirs === base) return ours
  if (ours === base) return theirs
  if (!ours.includes('\n') || !theirs.includes('\n')) return theirs.includes('#') && !ours.includes('#') ? theirs : ours
  return applyBoth(base, ours, theirs)
}

/** Lines put before a line of the base, or in its place. */
type Added = { lines: string[]; replaces: boolean }

const NOTHING: Added = { lines: [], replaces: false }

function applyBoth(base: string, ours: string, theirs: string): string {
  const table = new LineTable()
  const lines = table.number(base)
  const count = lines.numbers.length
  const removed = new Set<number>()
  const editsOf = (text: string) => {
    const side = table.numberLike(text, lines)
    const added = new Map<number, Added>()
    for (const change of diffLines(lines.numbers, side.numbers)) {
      for (let line = change.a; line < change.a + change.removed; line++) removed.add(line)
      added.set(change.a, { lines: linesOf(side, change.b, change.added), replaces: change.removed > 0 })
    }
    return added
  }
  const [byOurs, byTheirs] = [editsOf(ours), editsOf(theirs)]
  const out: string[] = []
  for (let line = 0; line <= count; line++) {
    const mine = byOurs.get(line) ?? NOTHING
    const other = byTheirs.get(line) ?? NOTHING
    const known = new Set(mine.lines.map(withoutBlanks))
    const novel = other.lines.filter((text) => !known.has(withoutBlanks(text)))
    // What is put before a line comes before what is put in its place.
    const parts = mine.replaces && !other.replaces ? [novel, mine.lines] : [mine.lines, novel]
    for (const part of parts) for (const text of part) out.push(text)
    if (line < count && !removed.has(line)) out.push(textOf(lines, line, line + 1))
  }
  return out.join('')
}

/** Comments that differ in nothing else say the same. */
const withoutBlanks = (text: string): string => text.replace(/\s+/g, '')

const linesOf = (side: Lines, from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => textOf(side, from + i, from + i + 1))

/** The changed version of a short text; `favoured` where both changed it. */
export function chooseText(texts: Trio<string>, favoured: 'ours' | 'theirs'): string {
  const { base, ours, theirs } = texts
  if (ours === undefined || theirs === undefined) return ours ?? theirs ?? base ?? ''
  if (ours === base) return theirs
  if (theirs === base) return ours
  return texts[favoured]!
}
