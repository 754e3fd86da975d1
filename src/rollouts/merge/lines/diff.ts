/** The line diff of two texts, as Git computes it by default (Myers, without the indent heuristic). Pure. */
import { candidates, commonEnds } from './candidates.ts'
import { markEdits } from './shortest-edit.ts'
import { slideChanges } from './slide.ts'

/** `removed` lines of the first text from `a` on are replaced by `added` lines of the second from `b` on. */
export type Change = { a: number; removed: number; b: number; added: number }

/** The changes from `a` to `b` in order, no two of them touching; empty if the two are equal. */
export function diffLines(numbersA: Int32Array, numbersB: Int32Array): Change[] {
  const [a, b] = renumber(numbersA, numbersB)
  const { start, endA, endB } = commonEnds(a, b)
  if (start === endA && start === endB) return []
  const changedA = new Uint8Array(a.length)
  const changedB = new Uint8Array(b.length)
  const placesA = candidates(a, start, endA, countLines(b), changedA)
  const placesB = candidates(b, start, endB, countLines(a), changedB)
  markEdits(
    { numbers: at(a, placesA), places: placesA, changed: changedA },
    { numbers: at(b, placesB), places: placesB, changed: changedB },
  )
  slideChanges(a, changedA, b, changedB)
  slideChanges(b, changedB, a, changedA)
  return toChanges(changedA, changedB)
}

/** The same lines with the smallest numbers, so that a table of them is no larger than they are. */
function renumber(a: Int32Array, b: Int32Array): [Int32Array, Int32Array] {
  const size = a.length + b.length
  if (a.every((line) => line < size) && b.every((line) => line < size)) return [a, b]
  const numbers = new Map<number, number>()
  const renumbered = (line: number) => {
    const known = numbers.get(line)
    if (known !== undefined) return known
    numbers.set(line, numbers.size)
    return numbers.size - 1
  }
  return [a.map(renumbered), b.map(renumbered)]
}

const at = (lines: Int32Array, places: Int32Array): Int32Array => places.map((place) => lines[place]!)

/** How often each number occurs. */
function countLines(lines: Int32Array): Int32Array {
  let most = 0
  for (let i = 0; i < lines.length; i++) most = Math.max(most, lines[i]!)
  const counts = new Int32Array(most + 1)
  for (let i = 0; i < lines.length; i++) counts[lines[i]!]!++
  return counts
}

function toChanges(changedA: Uint8Array, changedB: Uint8Array): Change[] {
  const changes: Change[] = []
  let a = 0
  let b = 0
  while (a < changedA.length || b < changedB.length) {
    const [fromA, fromB] = [a, b]
    while (a < changedA.length && changedA[a] === 1) a++
    while (b < changedB.length && changedB[b] === 1) b++
    if (a > fromA || b > fromB) changes.push({ a: fromA, removed: a - fromA, b: fromB, added: b - fromB })
    a++
    b++
  }
  return changes
}
