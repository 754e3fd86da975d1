/**
 * Three-way merge by lines: the bytes that `git merge-file -p` writes (markers of seven characters, no base part).
 * Pure. Texts with a NUL character are Git's business to refuse, not this function's.
 */
import { LineTable, splitLines } from './line-table.ts'
import { mergeRegions, type Region } from './regions.ts'

/** What stands after the markers `<<<<<<<` and `>>>>>>>`. */
export type Labels = { ours: string; theirs: string }

/** A place where the two sides cannot both be had, as the lines of each side. */
type LineConflict = { ours: string; theirs: string }

export type LineMerge = { text: string; conflicts: LineConflict[] }

const WORD = /[A-Za-z0-9]/

export function mergeLines(base: string, ours: string, theirs: string, labels: Labels): LineMerge {
  if (ours === theirs || theirs === base) return { text: ours, conflicts: [] }
  if (ours === base) return { text: theirs, conflicts: [] }
  const table = new LineTable()
  const b = table.number(splitLines(base))
  const o = table.number(splitLines(ours), b)
  const t = table.number(splitLines(theirs), b)
  const regions = mergeRegions(b.numbers, o.numbers, t.numbers, (line) => WORD.test(o.lines[line]!))
  return assemble(regions, b.lines, o.lines, t.lines, labels)
}

function assemble(
  regions: readonly Region[],
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
  labels: Labels,
): LineMerge {
  const out: string[] = []
  const conflicts: LineConflict[] = []
  const copy = (lines: readonly string[], from: number, to: number) => {
    for (let i = from; i < to; i++) out.push(lines[i]!)
  }
  let done = 0
  for (const region of regions) {
    if (region.take === 'both-equal') continue
    const endOurs = region.ours + region.lengthOurs
    const endTheirs = region.theirs + region.lengthTheirs
    copy(ours, done, region.ours)
    if (region.take === 'ours') copy(ours, region.ours, endOurs)
    else if (region.take === 'theirs') copy(theirs, region.theirs, endTheirs)
    else {
      const mine = ours.slice(region.ours, endOurs).join('')
      const other = theirs.slice(region.theirs, endTheirs).join('')
      const eol = markerEol(region, base, ours, theirs)
      conflicts.push({ ours: mine, theirs: other })
      out.push(`<<<<<<< ${labels.ours}${eol}`, closed(mine, eol), `=======${eol}`, closed(other, eol))
      out.push(`>>>>>>> ${labels.theirs}${eol}`)
    }
    done = endOurs
  }
  copy(ours, done, ours.length)
  return { text: out.join(''), conflicts }
}

/** The lines, the last of them ended, so that a marker can follow. */
const closed = (lines: string, eol: string): string => (lines === '' || lines.endsWith('\n') ? lines : lines + eol)

/** CRLF if the line above the conflict has it on both sides (and the base's first line has, or says nothing). */
function markerEol(
  region: Region,
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
): '\n' | '\r\n' {
  let crlf = usesCrlf(ours, Math.max(region.ours - 1, 0))
  if (crlf !== false) crlf = usesCrlf(theirs, Math.max(region.theirs - 1, 0))
  if (crlf !== false) crlf = usesCrlf(base, 0)
  return crlf === true ? '\r\n' : '\n'
}

function usesCrlf(lines: readonly string[], at: number): boolean | undefined {
  const line = lines[at]
  if (line === undefined) return undefined
  if (line.endsWith('\n')) return line.endsWith('\r\n')
  return at === 0 ? undefined : lines[at - 1]!.endsWith('\r\n')
}
