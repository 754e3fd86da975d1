/**
 * Texts as sequences of small numbers: one number per distinct line, so that lines compare in one step.
 * Invariant: a line includes its terminator, so a last line without one differs from the same line with one.
 */

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

  /** How many lines differ from each other; numbers are below it. */
  get size(): number {
    return this.#numbers.size
  }

  /** `like` has been numbered before: the lines that both begin or end with are taken over. */
  number(text: string, like?: Lines): Lines {
    const { head, tail } = like === undefined ? NOTHING_SHARED : sharedLines(text, like)
    const from = like?.starts[head] ?? 0
    const to = text.length - (like === undefined ? 0 : like.text.length - like.starts[like.numbers.length - tail]!)
    const ends: number[] = []
    const found: number[] = []
    for (let at = from; at < to; ) {
      const feed = text.indexOf('\n', at)
      const end = feed < 0 || feed >= to ? to : feed + 1
      found.push(this.#numberOf(text.slice(at, end)))
      ends.push(end)
      at = end
    }
    const count = head + found.length + tail
    const numbers = new Int32Array(count)
    const starts = new Int32Array(count + 1)
    if (like !== undefined) {
      numbers.set(like.numbers.subarray(0, head))
      starts.set(like.starts.subarray(0, head + 1))
      numbers.set(like.numbers.subarray(like.numbers.length - tail), count - tail)
    }
    numbers.set(found, head)
    starts.set(ends, head + 1)
    const moved = like === undefined ? 0 : text.length - like.text.length
    const places = like === undefined ? 0 : count - like.numbers.length
    for (let i = count - tail + 1; i <= count; i++) starts[i] = like!.starts[i - places]! + moved
    return { text, starts, numbers }
  }

  #numberOf(line: string): number {
    let number = this.#numbers.get(line)
    if (number === undefined) {
      number = this.#numbers.size
      this.#numbers.set(line, number)
    }
    return number
  }
}

const NOTHING_SHARED = { head: 0, tail: 0 }

/** How many lines `text` has in common with `like` at its beginning and, beyond those, at its end. */
function sharedLines(text: string, like: Lines): { head: number; tail: number } {
  const { starts, numbers } = like
  const count = numbers.length
  const most = Math.min(text.length, like.text.length)
  const prefix = commonPrefix(text, like.text, most)
  let head = placeOf(starts, prefix)
  // A last line that is not ended in one text and goes on in the other.
  if (head === count && head > 0 && prefix < text.length && !like.text.endsWith('\n')) head--
  const suffix = commonSuffix(text, like.text, most - starts[head]!)
  const from = like.text.length - suffix
  let first = placeOf(starts, from)
  if (starts[first]! < from || !beginsLine(text, text.length - suffix)) first++
  return { head, tail: Math.max(count - Math.max(first, head), 0) }
}

const beginsLine = (text: string, at: number): boolean => at === 0 || text.charCodeAt(at - 1) === 10

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

/** Texts are compared in pieces of this size, which the engine does much faster than a loop over characters. */
const PIECE = 512

function commonPrefix(a: string, b: string, most: number): number {
  let at = 0
  while (at + PIECE <= most && a.slice(at, at + PIECE) === b.slice(at, at + PIECE)) at += PIECE
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++
  return at
}

function commonSuffix(a: string, b: string, most: number): number {
  const [endA, endB] = [a.length, b.length]
  let size = 0
  while (
    size + PIECE <= most &&
    a.slice(endA - size - PIECE, endA - size) === b.slice(endB - size - PIECE, endB - size)
  ) {
    size += PIECE
  }
  while (size < most && a.charCodeAt(endA - size - 1) === b.charCodeAt(endB - size - 1)) size++
  return size
}
