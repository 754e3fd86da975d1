/**
 * Texts as sequences of small numbers: one number per distinct line, so that lines compare in one step.
 * Invariant: a line includes its terminator, so a last line without one differs from the same line with one.
 */

/** Splits after every LF; the empty text has no lines. */
export function splitLines(text: string): string[] {
  const lines: string[] = []
  let at = 0
  while (at < text.length) {
    const feed = text.indexOf('\n', at)
    const end = feed < 0 ? text.length : feed + 1
    lines.push(text.slice(at, end))
    at = end
  }
  return lines
}

/** A text's lines and their numbers. */
export type NumberedLines = { lines: readonly string[]; numbers: Int32Array }

/** One numbering of the lines of several texts. */
export class LineTable {
  readonly #numbers = new Map<string, number>()

  /** `like` has been numbered before: lines that both begin or end with need no look-up. */
  number(lines: readonly string[], like?: NumberedLines): NumberedLines {
    const numbers = new Int32Array(lines.length)
    const shorter = Math.min(lines.length, like?.lines.length ?? 0)
    let start = 0
    while (start < shorter && lines[start] === like!.lines[start]) {
      numbers[start] = like!.numbers[start]!
      start++
    }
    let end = lines.length
    for (let i = (like?.lines.length ?? 0) - 1; end > start && i >= start && lines[end - 1] === like!.lines[i]; i--) {
      numbers[--end] = like!.numbers[i]!
    }
    for (let i = start; i < end; i++) numbers[i] = this.#numberOf(lines[i]!)
    return { lines, numbers }
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
