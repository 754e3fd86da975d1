/**
 * Where a change could stand at several places (a repeated line above or below it), puts it where Git does: joined
 * with its neighbours where it meets them, beside a change of the other side if there is one, else as low as possible.
 */

/** A run of changed lines, possibly empty, between two unchanged ones. */
type Run = { start: number; end: number }

/** Moves the changes of `a` in place; `b` is the other side of the same diff. */
export function slideChanges(a: Int32Array, changedA: Uint8Array, b: Int32Array, changedB: Uint8Array): void {
  const last = changedA.lastIndexOf(1)
  if (last < 0) return
  // Up to the first change of either the runs are all empty, and those of the two stand side by side.
  const firstA = changedA.indexOf(1)
  const firstB = changedB.indexOf(1)
  const from = firstB < 0 ? firstA : Math.min(firstA, firstB)
  const mine = runFrom(from, changedA, a.length)
  const other = runFrom(from, changedB, b.length)
  let next = -1
  let nextOfOther = -1
  for (;;) {
    if (mine.end > mine.start) slideOne(mine, a, changedA, other, changedB, b.length)
    if (mine.end > last) return
    // Where neither has a change there is nothing to look at, line by line.
    if (next < mine.end) next = nextChange(changedA, mine.end)
    if (nextOfOther < other.end) nextOfOther = nextChange(changedB, other.end)
    const still = Math.min(next - mine.end, nextOfOther - other.end) - 1
    if (still > 0) {
      mine.end += still
      other.end += still
    }
    if (!nextRun(mine, changedA, a.length)) return
    nextRun(other, changedB, b.length)
  }
}

function nextChange(changed: Uint8Array, from: number): number {
  const next = changed.indexOf(1, from)
  return next < 0 ? changed.length : next
}

function slideOne(
  mine: Run,
  a: Int32Array,
  changedA: Uint8Array,
  other: Run,
  changedB: Uint8Array,
  lengthB: number,
): void {
  let size: number
  let highestEnd: number
  let meetsOther: boolean
  do {
    size = mine.end - mine.start
    while (slideUp(mine, a, changedA)) previousRun(other, changedB)
    highestEnd = mine.end
    meetsOther = other.end > other.start
    while (slideDown(mine, a, changedA)) {
      nextRun(other, changedB, lengthB)
      if (other.end > other.start) meetsOther = true
    }
  } while (size !== mine.end - mine.start)
  if (mine.end === highestEnd || !meetsOther) return
  while (other.end === other.start && slideUp(mine, a, changedA)) previousRun(other, changedB)
}

function slideUp(run: Run, lines: Int32Array, changed: Uint8Array): boolean {
  if (run.start === 0 || lines[run.start - 1] !== lines[run.end - 1]) return false
  changed[--run.start] = 1
  changed[--run.end] = 0
  while (run.start > 0 && changed[run.start - 1] === 1) run.start--
  return true
}

function slideDown(run: Run, lines: Int32Array, changed: Uint8Array): boolean {
  if (run.end >= lines.length || lines[run.start] !== lines[run.end]) return false
  changed[run.start++] = 0
  changed[run.end++] = 1
  while (run.end < lines.length && changed[run.end] === 1) run.end++
  return true
}

function runFrom(start: number, changed: Uint8Array, length: number): Run {
  let end = start
  while (end < length && changed[end] === 1) end++
  return { start, end }
}

function nextRun(run: Run, changed: Uint8Array, length: number): boolean {
  if (run.end >= length) return false
  run.start = run.end + 1
  run.end = run.start
  while (run.end < length && changed[run.end] === 1) run.end++
  return true
}

function previousRun(run: Run, changed: Uint8Array): void {
  if (run.start === 0) return
  run.end = run.start - 1
  run.start = run.end
  while (run.start > 0 && changed[run.start - 1] === 1) run.start--
}
