/**
 * Texts as sequences of small numbers: one number per distinct line, so that lines compare in one step.
 * Invariant: a line includes its terminator, so a last line without one differs from the same line with one.
 */
import { commonPrefix, commonSuffix } from '../common-text.ts'

/** A text cut after every LF; the empty text has no lines. Line `i` is from `starts[i]` to `starts[i + 1]`. */
export type Lines = {
  readonly text: string
  readonly starts: Int32Array
  readonly numbers: Int32Array
}

/** The text of the lines from `from` to before `to`. */
export const textOf = ({ text, starts }: Lines, from: number, to: number): string =>
  text.slice(starts[from], starts[to])

/** One numbering of the lines of several texts. */
export class LineTable {
  readonly #numbers = new Map<string, number>()
  /** Where the first text has each of its lines; REPEATED for one that it has more than once. */
  readonly #places: number[] = []

  /** How many lines differ from each other; numbers are below it. */
  get size(): number {
    return this.#numbers.size
  }

  /** The first text of the table. */
  number(text: string): Lines {
    const lines = text.split('\n')
    if (lines.at(-1) === '') lines.pop()
    else lines.push(unended(lines.pop()!))
    const starts = new Int32Array(lines.length + 1)
    const numbers = new Int32Array(lines.length)
    let at = 0
    for (let i = 0; i < lines.length; i++) {
      const number = this.#numberOf(lines[i]!)
      this.#places[number] = this.#places[number] === undefined ? i : REPEATED
      numbers[i] = number
      at += lines[i]!.length + 1
      starts[i + 1] = at
    }
    starts[lines.length] = text.length
    return { text, starts, numbers }
  }

  /** A further text. Stretches that it shares with `like`, the first one, are found by comparing, not line by line. */
  numberLike(text: string, like: Lines): Lines {
    const { head, tail } = sharedLines(text, like)
    const stop = like.numbers.length - tail
    const moved = text.length - like.text.length
    const numbers: number[] = []
    const starts: number[] = []
    /** Takes over the lines of `like` from `from` to before `to`, the first of which stands at `at` here; says where they end. */
    const takeOver = (from: number, to: number, at: number): number => {
      const by = at - like.starts[from]!
      for (let line = from; line < to; line++) {
        numbers.push(like.numbers[line]!)
        starts.push(like.starts[line]! + by)
      }
      return like.starts[to]! + by
    }
    const end = like.starts[stop]! + moved
    let at = takeOver(0, head, 0)
    // The line of `like` that is to come.
    let next = head
    while (at < end) {
      const feed = lineEnd(text, at, end)
      const isEnded = text.charCodeAt(feed - 1) === LF
      const number = this.#numberOf(isEnded ? text.slice(at, feed - 1) : unended(text.slice(at)))
      numbers.push(number)
      starts.push(at)
      at = feed
      const place = number === like.numbers[next] ? next : (this.#places[number] ?? REPEATED)
      if (place === REPEATED) continue
      next = place + 1
      if (next < stop) {
        const same = sharedFrom(text, at, end, like, next, stop)
        at = takeOver(next, next + same, at)
        next += same
      }
    }
    takeOver(stop, like.numbers.length, end)
    starts.push(text.length)
    return { text, starts: new Int32Array(starts), numbers: new Int32Array(numbers) }
  }

  /** @param line without its LF, or what `unended` makes of it */
  #numberOf(line: string): number {
    let number = this.#numbers.get(line)
    if (number === undefined) {
      number = this.#numbers.size
      this.#numbers.set(line, number)
    }
    return number
  }
}

const REPEATED = -1
const LF = 10

/** A last line that no LF ends, told from all that are ended. */
const unended = (line: string): string => `\n${line}`

/** Behind the LF of the line at `at`, or `stop` where that comes first. */
function lineEnd(text: string, at: number, stop: number): number {
  const feed = text.indexOf('\n', at)
  return feed < 0 || feed >= stop ? stop : feed + 1
}

/** How many lines of `like` from `line` to before `stop` stand at `at`, before `end`. */
function sharedFrom(text: string, at: number, end: number, like: Lines, line: number, stop: number): number {
  const { starts } = like
  const from = starts[line]!
  if (text.charCodeAt(at) !== like.text.charCodeAt(from)) return 0
  const same = commonPrefix(text, at, like.text, from, Math.min(end - at, starts[stop]! - from))
  const shared = placeOf(starts, from + same)
  return (goesOn(text, at + same, like, shared) ? shared - 1 : shared) - line
}

/** How many lines `text` has in common with `like` at its beginning and, beyond those, at its end. */
function sharedLines(text: string, like: Lines): { head: number; tail: number } {
  const { starts, numbers } = like
  const count = numbers.length
  const most = Math.min(text.length, like.text.length)
  const prefix = commonPrefix(text, 0, like.text, 0, most)
  const shared = placeOf(starts, prefix)
  const head = goesOn(text, prefix, like, shared) ? shared - 1 : shared
  const suffix = commonSuffix(text, like.text, most - starts[head]!)
  const from = like.text.length - suffix
  let first = placeOf(starts, from)
  if (starts[first]! < from || !beginsLine(text, text.length - suffix)) first++
  return { head, tail: Math.max(count - Math.max(first, head), 0) }
}

/** Whether the line that ends at `at` is the last one of `like`, not ended there, and more of it follows here. */
const goesOn = (text: string, at: number, like: Lines, line: number): boolean =>
  line > 0 && line === like.numbers.length && at < text.length && !like.text.endsWith('\n')

const beginsLine = (text: string, at: number): boolean => at === 0 || text.charCodeAt(at - 1) === LF

/** The last line that begins at `at` or before. */
function placeOf(starts: Int32Array, at: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= at) low = middle
    else high = middle - 1
  }
  return low
}
