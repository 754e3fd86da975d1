/**
 * The text of a file as an edit sees it (without a byte order mark, lines ended by LF, the last one too), and the way
 * back: an edited text is a row of pieces, and a piece that is a range of the old text comes back byte for byte, with
 * whatever line ends it had. Pure.
 */

/** A part of the new text: a range of the content, or text of its own. */
export type Piece = string | { from: number; to: number }

export type Source = {
  content: string
  /** The file that `pieces` of the content make, which are in the order of the content. */
  join(pieces: readonly Piece[]): string
}

const MARK = '\ufeff'

export function openSource(text: string): Source {
  const mark = text.startsWith(MARK) ? MARK : ''
  const body = text.slice(mark.length)
  const { content, shortened } = withLineFeeds(body)
  const feeds = content.split('\n').length - 1
  const eol = shortened.length * 2 > feeds ? '\r\n' : '\n'
  const endsLine = content === '' || content.endsWith('\n')
  const whole = endsLine ? body : body + eol

  return {
    content: endsLine ? content : `${content}\n`,
    join(pieces) {
      let lost = 0
      /** Where the character at `at` of the content stood; asked in ascending order. */
      const place = (at: number): number => {
        while (lost < shortened.length && shortened[lost]! < at) lost += 1
        return at + lost
      }
      const texts = pieces.map((piece) =>
        typeof piece === 'string' ? piece.replaceAll('\n', eol) : whole.slice(place(piece.from), place(piece.to)),
      )
      const joined = texts.join('')
      return mark + (endsLine ? joined : joined.replace(/\r?\n$/, ''))
    },
  }
}

/** The text with CRLF as LF, and where in it each of those stands. */
function withLineFeeds(body: string): { content: string; shortened: number[] } {
  if (!body.includes('\r\n')) return { content: body, shortened: [] }
  const shortened: number[] = []
  let at = -1
  const lines = body.split('\r\n')
  for (const line of lines.slice(0, -1)) {
    at += line.length + 1
    shortened.push(at)
  }
  return { content: lines.join('\n'), shortened }
}
