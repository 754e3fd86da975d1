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

  /** How many lines differ from each other; numbers are below it. */
  get size(): number {
    return this.#numbers.size
  }

  /** The first text of the table. */
  number(text: string): Lines {
    const lines = linesOf(text)
    const starts = new Int32Array(lines.length + 1)
    const numbers = new Int32Array(lines.length)
    this.#numberAll(lines, numbers, starts, 0)
    starts[lines.length] = text.length
    return { text, starts, numbers }
  }

  /** A further text. What it begins and ends with as `like` does, another text of the table, is not read line by line. */
  numberLike(text: string, like: Lines): Lines {
    const { head, tail } = sharedLines(text, like)
    const stop = like.numbers.length - tail
    const moved = text.length - like.text.length
    const lines = linesOf(text.slice(like.starts[head], like.starts[stop]! + moved))
    const numbers = new Int32Array(head + lines.length + tail)
    const starts = new Int32Array(numbers.length + 1)
    numbers.set(like.numbers.subarray(0, head))
    starts.set(like.starts.subarray(0, head + 1))
    this.#numberAll(lines, numbers, starts, head)
    numbers.set(like.numbers.subarray(stop), head + lines.length)
    for (let line = 0; line <= tail; line++) starts[head + lines.length + line] = like.starts[stop + line]! + moved
    return { text, starts, numbers }
  }

  /** Numbers `lines`, which stand from `first` on; each start but the first comes from the line before. */
  #numberAll(lines: readonly string[], numbers: Int32Array, starts: Int32Array, first: number): void {
    let at = starts[first]!
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i]!
      let number = this.#numbers.get(line)
      if (number === undefined) {
        number = this.#numbers.size
        this.#numbers.set(line, number)
      }
      numbers[first + i] = number
      at += line.length + 1
      starts[first + i + 1] = at
    }
  }
}

/** The lines without their LF. A last one that no LF ends has one before it, which tells it from all that are ended. */
function linesOf(text: string): string[] {
  const lines = text.split('\n')
  const last = lines.pop()!
  if (last !== '') lines.push(`\n${last}`)
  return lines
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

const beginsLine = (text: string, at: number): boolean => at === 0 || text[at - 1] === '\n'

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
