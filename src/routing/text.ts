/**
 * The form in which texts and patterns are compared. Pure.
 * Invariant: `folded` has the same length as `plain`, so an offset into one is an offset into the other, and the value
 * of a slot can be cut out of `plain` after matching on `folded`.
 */

/** UTF-16 code units. A longer text is no instruction, and routing it would only cost time. */
export const TEXT_LIMIT = 2000

export type TidyText = {
  /** As written, with single blanks, in NFC, without the blanks and the `.`, `?`, `!` at its end. */
  plain: string
  /** `plain` without the difference of upper and lower case. */
  folded: string
}

const BEYOND_ASCII = /[\u0080-\uffff]/
const SENTENCE_END = ' .?!'

/** Puts `text` into the form that is compared. Linear in its length. */
export function tidy(text: string): TidyText {
  const blanksOnce = text.normalize('NFC').replace(/\s+/g, ' ').trim()
  // A loop, because `/[ .?!]+$/` takes quadratic time on a long run of these that does not end the text.
  let end = blanksOnce.length
  while (end > 0 && SENTENCE_END.includes(blanksOnce[end - 1]!)) end--
  const plain = blanksOnce.slice(0, end)
  return { plain, folded: fold(plain) }
}

/** `text` without the difference of upper and lower case; the length stays, also where Unicode's own folding grows. */
export const fold = (text: string): string =>
  BEYOND_ASCII.test(text) ? Array.from(text, foldCharacter).join('') : text.toLowerCase()

function foldCharacter(character: string): string {
  // By way of upper case, so that both forms of the Greek sigma meet.
  const folded = character.toUpperCase().toLowerCase()
  return folded.length === character.length ? folded : character
}

/** The runs of letters and the runs of digits in `folded`, as they come. */
export const runs = (folded: string): string[] =>
  folded.match(BEYOND_ASCII.test(folded) ? /\p{L}[\p{L}\p{M}]*|\p{N}+/gu : /[a-z]+|\d+/gi) ?? []

/**
 * Whether a blank between the characters before and after `offset` may be left out, as in `12*7`: two letters or two
 * digits would run together, any other two stay apart.
 */
export const splitsAt = (folded: string, offset: number): boolean =>
  offset > 0 && offset < folded.length && !runsTogether(folded[offset - 1]!, folded[offset]!)

const runsTogether = (left: string, right: string): boolean =>
  (isLetter(left) && isLetter(right)) || (isDigit(left) && isDigit(right))

const isLetter = (character: string): boolean => /[a-z]/i.test(character) || /[\p{L}\p{M}]/u.test(character)
const isDigit = (character: string): boolean => /\d/.test(character) || /\p{N}/u.test(character)
/** Whether `character` is neither letter, digit nor blank. */
export const isSymbol = (character: string): boolean => /[^\p{L}\p{M}\p{N}\s]/u.test(character)
