/**
 * Three-way merge by lines: the bytes that `git merge-file -p` writes (markers of seven characters, no base part).
 * Pure. Texts with a NUL character are Git's business to refuse, not this function's.
 */
import { type Lines, LineTable, textOf } from './line-table.ts'
import { layOver, type Region, smallest } from './regions.ts'

/** What stands after the markers `<<<<<<<` and `>>>>>>>`. */
export type Labels = { ours: string; theirs: string }

/** A place where the two sides cannot both be had, as the lines of each side. */
type LineConflict = { ours: string; theirs: string }

export type LineMerge = { text: string; conflicts: LineConflict[] }

/** Tells lines that say something from such as brackets. */
export const WORD = /[A-Za-z0-9]/

export function mergeLines(base: string, ours: string, theirs: string, labels: Labels): LineMerge {
  if (ours === theirs || theirs === base) return { text: ours, conflicts: [] }
  if (ours === base) return { text: theirs, conflicts: [] }
  const laid = layTexts(base, ours, theirs)
  const hasWord = (line: number) => WORD.test(textOf(laid.ours, line, line + 1))
  return assemble({ ...laid, regions: smallest(laid.regions, laid.ours.numbers, laid.theirs.numbers, hasWord) }, labels)
}

/** Three texts as lines, and what the two sides changed. */
export type LaidTexts = { base: Lines; ours: Lines; theirs: Lines; regions: readonly Region[] }

export function layTexts(base: string, ours: string, theirs: string): LaidTexts {
  const table = new LineTable()
  const b = table.number(base)
  const o = table.numberLike(ours, b)
  const t = table.numberLike(theirs, b)
  return { base: b, ours: o, theirs: t, regions: layOver(b.numbers, o.numbers, t.numbers, table.size) }
}

/** The merge where it is clean; undefined where it is not. */
export function cleanMerge(laid: LaidTexts): string | undefined {
  return laid.regions.some(({ take }) => take === 'conflict') ? undefined : assemble(laid, NO_LABELS).text
}

const NO_LABELS: Labels = { ours: '', theirs: '' }

function assemble({ base, ours, theirs, regions }: LaidTexts, labels: Labels): LineMerge {
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
