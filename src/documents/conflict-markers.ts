/** A merge that was committed undecided. Pure. */

/**
 * Where the first conflict begins that Git left in `text`, as an offset; undefined where there is none. Three searches,
 * one after the other, so that the time grows with the length of the text and with nothing else.
 */
export function conflictIn(text: string): number | undefined {
  const lines = `\n${text}`
  const start = lines.indexOf('\n<<<<<<<')
  const middle = start === -1 ? -1 : lines.indexOf('\n=======', start)
  const end = middle === -1 ? -1 : lines.indexOf('\n>>>>>>>', middle)
  return end === -1 ? undefined : start
}

export const CONFLICT_ADVICE =
  'A merge has left a conflict here; decide what is to stand, and remove the lines of <<<<<<<, ======= and >>>>>>>.'
