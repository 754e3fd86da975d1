/** Indentation, as the text it is: moving lines from one depth to another keeps what they have beyond it. */

export type Shift = { from: string; to: string }

export const NO_SHIFT: Shift = { from: '', to: '' }

/** Every line but the first, moved; a line that is not as deep as `from` stays as it is. */
export function reindent(text: string, { from, to }: Shift): string {
  if (from === to || !text.includes('\n')) return text
  return text
    .split('\n')
    .map((line, i) => (i > 0 && line !== '' && line.startsWith(from) ? to + line.slice(from.length) : line))
    .join('\n')
}

/** Every line, moved. */
export const reindentLines = (text: string, shift: Shift): string =>
  text === '' ? text : reindent(`\n${text}`, shift).slice(1)

/** The blank space that begins the last line of `text`, where `text` has a line end; else undefined. */
export function lastIndent(text: string): string | undefined {
  const feed = text.lastIndexOf('\n')
  return feed < 0 ? undefined : (/^[ \t]*/.exec(text.slice(feed + 1))?.[0] ?? '')
}
