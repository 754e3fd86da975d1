/** The words that carry meaning in a name, a description or a request. Pure. */
import { fold, runs } from './text.ts'

/** Words that most sentences have, and that tell no tool from another. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'a about all am an and any are as at be by can could did do does for from give had has have hello help hey hi how ' +
    'i if in into is it its let like make me my need now of on or our out please run so some tell than thank thanks ' +
    'that the their them then there these they this those to up us use want was we were what when where which who ' +
    'why will with would you your'
  ).split(' '),
)

/**
 * The meaningful words of `text` as they come, folded, in the singular: `validatePOs` gives `validate`, `po`. Names are
 * split where their case changes; numbers and stop words are dropped.
 */
export function meaningfulWords(text: string): string[] {
  const apart = text
    .normalize('NFC')
    .replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 ')
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll}{2})/gu, '$1 ')
  return runs(fold(apart))
    .filter((word) => !/^\p{N}/u.test(word) && word.length > 1 && !STOP_WORDS.has(word))
    .map(singular)
}

/** Only the plainest English plural: the same on both sides is all that a search needs. */
const singular = (word: string): string => (/[^s]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word)
