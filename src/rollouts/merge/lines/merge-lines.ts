/**
 * Three-way merge by lines: the bytes that `git merge-file -p` writes (markers of seven characters, no base part).
 * Pure. Texts with a NUL character are Git's business to refuse, not this function's.
 */

import { settleLayouts } from './layouts.ts'
import { type Lines, LineTable, textOf } from './line-table.ts'
import { differences, layOver, type Region, smallest } from './regions.ts'

/** What stands after the markers `<<<<<<<` and `>>>>>>>`. */
export type Labels = { ours: string; theirs: string }

/** A place where the two sides cannot both be had, as the lines of each side. */
type LineConflict = { ours: string; theirs: string }

export type LineMerge = { text: string; conflicts: LineConflict[] }

/** Tells lines that say something from such as brackets. */
const WORD = /[A-Za-z0-9]/

export function mergeLines(base: string, ours: string, theirs: string, labels: Labels): LineMerge {
  if (ours === theirs || theirs === base) return { text: ours, conflicts: [] }
  if (ours === base) return { text: theirs, conflicts: [] }
  const laid = layTexts(base, ours, theirs)
  const regions = smallest(laid.regions, laid.ours.numbers, laid.theirs.numbers, (line) => hasWord(laid.ours, line))
  return assemble(laid, regions, labels)
}

/**
 * The merge where it is clean; undefined where it is not. What both sides wrote alike but for white space is clean here,
 * which only holds for texts that mean the same: the caller is to compare.
 */
export function mergeLinesCleanly(base: string, ours: string, theirs: string): string | undefined {
  const laid = layTexts(base, ours, theirs)
  const regions = settleLayouts(laid)
  return regions && assemble(laid, regions, { ours: '', theirs: '' }).text
}

/** One text with markers around the lines in which the two differ. */
export function markDifferences(ours: string, theirs: string, labels: Labels): string {
  const table = new LineTable()
  const o = table.number(ours)
  const t = table.numberLike(theirs, o)
  const regions = differences(o.numbers, t.numbers, table.size, (line) => hasWord(o, line))
  return assemble({ base: table.number(''), ours: o, theirs: t }, regions, labels).text
}

const hasWord = (lines: Lines, line: number): boolean => WORD.test(textOf(lines, line, line + 1))

/** Three texts as lines. */
type Texts = { base: Lines; ours: Lines; theirs: Lines }

/** Three texts as lines, and what the two sides changed. */
export type LaidTexts = Texts & { regions: readonly Region[] }

function layTexts(base: string, ours: string, theirs: string): LaidTexts {
  const table = new LineTable()
  const b = table.number(base)
  const o = table.numberLike(ours, b)
  const t = table.numberLike(theirs, b)
  return { base: b, ours: o, theirs: t, regions: layOver(b.numbers, o.numbers, t.numbers, table.size) }
}

function assemble({ base, ours, theirs }: Texts, regions: readonly Region[], labels: Labels): LineMerge {
  const out: string[] = []
  const conflicts: LineConflict[] = []
  let done = 0
  for (const region of regions) {
    if (region.take === 'both-equal') continue
    const endOurs = region.ours + region.lengthOurs
    const endTheirs = region.theirs + region.lengthTheirs
    out.push(textOf(ours, done, region.ours))
    if (region.take === 'ours') out.push(textOf(ours, region.ours, endOurs))
    else if (region.take === 'theirs') out.push(textOf(theirs, region.theirs, endTheirs))
    else {
      const mine = textOf(ours, region.ours, endOurs)
      const other = textOf(theirs, region.theirs, endTheirs)
      const eol = markerEol(region, base, ours, theirs)
      conflicts.push({ ours: mine, theirs: other })
      out.push(`<<<<<<< ${labels.ours}${eol}`, closed(mine, eol), `=======${eol}`, closed(other, eol))
      out.push(`>>>>>>> ${labels.theirs}${eol}`)
    }
    done = endOurs
  }
  out.push(textOf(ours, done, ours.numbers.length))
  return { text: out.join(''), conflicts }
}

/** The lines, the last of them ended, so that a marker can follow. */
const closed = (lines: string, eol: string): string => (lines === '' || lines.endsWith('\n') ? lines : lines + eol)

/** CRLF if the line above the conflict has it on both sides (and the base's first line has, or says nothing). */
function markerEol(region: Region, base: Lines, ours: Lines, theirs: Lines): '\n' | '\r\n' {
  let crlf = usesCrlf(ours, Math.max(region.ours - 1, 0))
  if (crlf !== false) crlf = usesCrlf(theirs, Math.max(region.theirs - 1, 0))
  if (crlf !== false) crlf = usesCrlf(base, 0)
  return crlf === true ? '\r\n' : '\n'
}

function usesCrlf(lines: Lines, at: number): boolean | undefined {
  if (at >= lines.numbers.length) return undefined
  const line = textOf(lines, at, at + 1)
  if (line.endsWith('\n')) return line.endsWith('\r\n')
  return at === 0 ? undefined : textOf(lines, at - 1, at).endsWith('\r\n')
}
