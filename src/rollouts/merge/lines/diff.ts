/** The line diff of two texts, as Git computes it by default (Myers, without the indent heuristic). Pure. */
import { candidates, commonEnds } from './candidates.ts'
import { markEdits } from './shortest-edit.ts'
import { slideChanges } from './slide.ts'

/** `removed` lines of the first text from `a` on are replaced by `added` lines of the second from `b` on. */
export type Change = { a: number; removed: number; b: number; added: number }

/**
 * The changes from `a` to `b` in order, no two of them touching; empty if the two are equal.
 * @param distinct all numbers are below it; left out where that is not known or far more than there are lines
 */
export function diffLines(numbersA: Int32Array, numbersB: Int32Array, distinct?: number): Change[] {
  const { a, b, size } =
    distinct === undefined ? renumber(numbersA, numbersB) : { a: numbersA, b: numbersB, size: distinct }
  const { start, endA, endB } = commonEnds(a, b)
  if (start === endA && start === endB) return []
  const changedA = new Uint8Array(a.length)
  const changedB = new Uint8Array(b.length)
  if (start === endA) changedB.fill(1, start, endB)
  else if (start === endB) changedA.fill(1, start, endA)
  else {
    const placesA = candidates(a, start, endA, countLines(b, size), changedA)
    const placesB = candidates(b, start, endB, countLines(a, size), changedB)
    markEdits(
      { numbers: at(a, placesA), places: placesA, changed: changedA },
      { numbers: at(b, placesB), places: placesB, changed: changedB },
    )
  }
  slideChanges(a, changedA, b, changedB)
  slideChanges(b, changedB, a, changedA)
  return toChanges(changedA, changedB)
}

/** The same lines with the smallest numbers, so that a table of them is no larger than they are. */
function renumber(a: Int32Array, b: Int32Array): { a: Int32Array; b: Int32Array; size: number } {
  const numbers = new Map<number, number>()
  const renumbered = (line: number) => {
    const known = numbers.get(line)
    if (known !== undefined) return known
    numbers.set(line, numbers.size)
    return numbers.size - 1
  }
  const [newA, newB] = [a.map(renumbered), b.map(renumbered)]
  return { a: newA, b: newB, size: numbers.size }
}

const at = (lines: Int32Array, places: Int32Array): Int32Array => places.map((place) => lines[place]!)

/** How often each number occurs. */
function countLines(lines: Int32Array, size: number): Int32Array {
  const counts = new Int32Array(size)
  for (let i = 0; i < lines.length; i++) counts[lines[i]!]!++
  return counts
}

function toChanges(changedA: Uint8Array, changedB: Uint8Array): Change[] {
  const changes: Change[] = []
  let a = 0
  let b = 0
  let nextA = nextChanged(changedA, 0)
  let nextB = nextChanged(changedB, 0)
  while (nextA < changedA.length || nextB < changedB.length) {
    const unchanged = Math.min(nextA - a, nextB - b)
    const fromA = a + unchanged
    const fromB = b + unchanged
    a = fromA
    b = fromB
    while (changedA[a] === 1) a++
    while (changedB[b] === 1) b++
    changes.push({ a: fromA, removed: a - fromA, b: fromB, added: b - fromB })
    if (a > nextA) nextA = nextChanged(changedA, a)
    if (b > nextB) nextB = nextChanged(changedB, b)
  }
  return changes
}

/** The first changed line from `from` on; the length where there is none. */
function nextChanged(changed: Uint8Array, from: number): number {
  const next = changed.indexOf(1, from)
  return next < 0 ? changed.length : next
}
