/**
 * Three-way merge of lines as regions: what either side changed, and where the two meet. The conflict regions are made
 * as small as `git merge-file` makes them (its "zealous" level).
 * Invariant: between two regions ours and theirs are equal line for line to the base.
 */
import { type Change, diffLines } from './diff.ts'

/** A part of the merge: `lengthOurs` lines of ours from `ours` on against the same of theirs. */
export type Region = {
  take: 'ours' | 'theirs' | 'both-equal' | 'conflict'
  ours: number
  lengthOurs: number
  theirs: number
  lengthTheirs: number
}

/** Conflicts with at most this many lines between them become one, and so do those with only punctuation between. */
const FEW_LINES = 3

/** What the two sides changed, each conflict over all lines that either changed there. `distinct`: all numbers are below it. */
export function layOver(base: Int32Array, ours: Int32Array, theirs: Int32Array, distinct: number): Region[] {
  const regions = overlay(diffLines(base, ours, distinct), diffLines(base, theirs, distinct), ours, theirs)
  for (const region of regions) {
    if (region.take === 'conflict' && isSame(region, ours, theirs)) region.take = 'both-equal'
  }
  return regions
}

/** The same with its conflicts as small as Git makes them. */
export function smallest(
  regions: readonly Region[],
  ours: Int32Array,
  theirs: Int32Array,
  hasWord: (lineOfOurs: number) => boolean,
): Region[] {
  return joinNear(
    regions.flatMap((region) => (region.take === 'conflict' ? narrow(region, ours, theirs) : [{ ...region }])),
    hasWord,
  )
}

function isSame(region: Region, ours: Int32Array, theirs: Int32Array): boolean {
  if (region.lengthOurs === 0 || region.lengthOurs !== region.lengthTheirs) return false
  for (let i = 0; i < region.lengthOurs; i++) {
    if (ours[region.ours + i] !== theirs[region.theirs + i]) return false
  }
  return true
}

/** Lays two diffs of one base over each other. */
function overlay(left: Change[], right: Change[], ours: Int32Array, theirs: Int32Array): Region[] {
  const regions: Region[] = []
  let l = 0
  let r = 0
  let [shiftOurs, shiftTheirs] = [0, 0]
  while (l < left.length || r < right.length) {
    const mine = left[l]
    const other = right[r]
    if (mine !== undefined && (other === undefined || mine.a + mine.removed < other.a)) {
      append(regions, 'ours', mine.b, mine.added, mine.a + shiftTheirs, mine.removed)
      shiftOurs = mine.b + mine.added - mine.a - mine.removed
      l++
    } else if (other !== undefined && (mine === undefined || other.a + other.removed < mine.a)) {
      append(regions, 'theirs', other.a + shiftOurs, other.removed, other.b, other.added)
      shiftTheirs = other.b + other.added - other.a - other.removed
      r++
    } else if (mine !== undefined && other !== undefined) {
      if (!sameChange(mine, other, ours, theirs)) {
        const from = Math.min(mine.a, other.a)
        const to = Math.max(mine.a + mine.removed, other.a + other.removed)
        const startOurs = mine.b - (mine.a - from)
        const startTheirs = other.b - (other.a - from)
        const endOurs = mine.b + mine.added + (to - mine.a - mine.removed)
        const endTheirs = other.b + other.added + (to - other.a - other.removed)
        append(regions, 'conflict', startOurs, endOurs - startOurs, startTheirs, endTheirs - startTheirs)
      }
      const [endMine, endOther] = [mine.a + mine.removed, other.a + other.removed]
      if (endMine >= endOther) {
        shiftTheirs = other.b + other.added - endOther
        r++
      }
      if (endOther >= endMine) {
        shiftOurs = mine.b + mine.added - endMine
        l++
      }
    }
  }
  return regions
}

function sameChange(mine: Change, other: Change, ours: Int32Array, theirs: Int32Array): boolean {
  if (mine.a !== other.a || mine.removed !== other.removed || mine.added !== other.added) return false
  for (let i = 0; i < mine.added; i++) if (ours[mine.b + i] !== theirs[other.b + i]) return false
  return true
}

/** Adds a region, or widens the last one when it touches it; two that do not agree become a conflict. */
function append(
  regions: Region[],
  take: Region['take'],
  ours: number,
  lengthOurs: number,
  theirs: number,
  lengthTheirs: number,
): void {
  const last = regions.at(-1)
  if (last === undefined || (ours > last.ours + last.lengthOurs && theirs > last.theirs + last.lengthTheirs)) {
    regions.push({ take, ours, lengthOurs, theirs, lengthTheirs })
    return
  }
  if (take !== last.take) last.take = 'conflict'
  last.lengthOurs = ours + lengthOurs - last.ours
  last.lengthTheirs = theirs + lengthTheirs - last.theirs
}

/** The parts of a conflict in which ours and theirs really differ. */
function narrow(region: Region, ours: Int32Array, theirs: Int32Array): Region[] {
  if (region.lengthOurs === 0 || region.lengthTheirs === 0) return [region]
  const changes = diffLines(
    ours.subarray(region.ours, region.ours + region.lengthOurs),
    theirs.subarray(region.theirs, region.theirs + region.lengthTheirs),
  )
  if (changes.length === 0) return [{ ...region, take: 'both-equal' }]
  return changes.map((change) => conflictAt(region.ours, region.theirs, change))
}

/** Where two texts differ, as conflicts as few as Git makes them. */
export function differences(
  ours: Int32Array,
  theirs: Int32Array,
  distinct: number,
  hasWord: (lineOfOurs: number) => boolean,
): Region[] {
  return joinNear(
    diffLines(ours, theirs, distinct).map((change) => conflictAt(0, 0, change)),
    hasWord,
  )
}

const conflictAt = (ours: number, theirs: number, { a, removed, b, added }: Change): Region => ({
  take: 'conflict',
  ours: ours + a,
  lengthOurs: removed,
  theirs: theirs + b,
  lengthTheirs: added,
})

function joinNear(regions: Region[], hasWord: (lineOfOurs: number) => boolean): Region[] {
  const joined: Region[] = []
  for (const region of regions) {
    const last = joined.at(-1)
    if (last?.take === 'conflict' && region.take === 'conflict' && isNear(last, region, hasWord)) {
      last.lengthOurs = region.ours + region.lengthOurs - last.ours
      last.lengthTheirs = region.theirs + region.lengthTheirs - last.theirs
    } else joined.push(region)
  }
  return joined
}

function isNear(first: Region, second: Region, hasWord: (lineOfOurs: number) => boolean): boolean {
  const from = first.ours + first.lengthOurs
  if (second.ours - from <= FEW_LINES) return true
  for (let line = from; line < second.ours; line++) if (hasWord(line)) return false
  return true
}
