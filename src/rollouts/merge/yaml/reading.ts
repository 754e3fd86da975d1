/** What the parts of the YAML reader share: the text, the rest of a line, and the way out where a text is not read. */
export type Reading = { readonly text: string; readonly anchors: Set<string> }

/** Leaves the reader from any depth; only `readYaml` catches it. */
export class Unreadable extends Error {}

export const refuse = (): never => {
  throw new Unreadable()
}

export const TAB = 9
export const LF = 10
export const SPACE = 32
export const HASH = 35
export const COLON = 58
export const DASH = 45
export const QUESTION = 63

/** Whether a token ends at `at`: blank space or the end of the text. */
export function isBreak(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === SPACE || code === LF || code === TAB || Number.isNaN(code)
}

export function skipBlanks(text: string, at: number): number {
  let end = at
  while (text.charCodeAt(end) === SPACE || text.charCodeAt(end) === TAB) end++
  return end
}

export function skipSpaces(text: string, at: number): number {
  let end = at
  while (text.charCodeAt(end) === SPACE) end++
  return end
}

/** Whether nothing but a comment stands between `at` (after blank space) and the end of its line. */
export function atLineEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === LF || Number.isNaN(code) || (code === HASH && (at === 0 || isBreak(text, at - 1)))
}

/** Start of the line after the one `at` stands in. */
export function nextLine(text: string, at: number): number {
  const feed = text.indexOf('\n', at)
  return feed < 0 ? text.length : feed + 1
}

/** Start of the next line, where only a comment stands before it; refuses anything else. */
export function endLine(text: string, at: number): number {
  const rest = skipBlanks(text, at)
  return atLineEnd(text, rest) ? nextLine(text, rest) : refuse()
}

/** A line that holds something: where it begins, and the column and place of what it holds. */
export type ContentLine = { start: number; column: number; at: number }

/** The next line from `from` (the start of a line) with more than a comment; column -1 where the document ends. */
export function contentLine(text: string, from: number): ContentLine {
  let start = from
  while (start < text.length) {
    let at = start
    while (text.charCodeAt(at) === SPACE) at++
    const code = text.charCodeAt(at)
    if (code === TAB) {
      // Tabs may stand in a line that holds nothing else; they never indent.
      if (!atLineEnd(text, skipBlanks(text, at))) refuse()
    } else if (code !== LF && code !== HASH) {
      if (at === start && isDocumentMarker(text, at)) break
      return { start, column: at - start, at }
    }
    start = nextLine(text, at)
  }
  return { start, column: -1, at: start }
}

export function isDocumentMarker(text: string, at: number): boolean {
  return (text.startsWith('---', at) || text.startsWith('...', at)) && isBreak(text, at + 3)
}
