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

export type LineTable = {
  /** The number of each line, in order. */
  numbersOf(lines: readonly string[]): Int32Array
}

/** A numbering that all texts of one merge share. */
export function lineTable(): LineTable {
  const numbers = new Map<string, number>()
  return {
    numbersOf(lines) {
      const out = new Int32Array(lines.length)
      for (let i = 0; i < lines.length; i++) {
        const line = lines[i]!
        let number = numbers.get(line)
        if (number === undefined) {
          number = numbers.size
          numbers.set(line, number)
        }
        out[i] = number
      }
      return out
    },
  }
}
