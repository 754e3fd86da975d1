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
 * The meaningful words of `text` as they come, folded, by their stems: `validatePOs` gives `valid`, `po`. Names are
 * split where their case changes; numbers and stop words are dropped.
 */
export const meaningfulWords = (text: string): string[] =>
  runs(fold(apart(text)))
    .filter((word) => !/^\p{N}/u.test(word) && word.length > 1 && !STOP_WORDS.has(word))
    .map(stem)

/**
 * Words that may hide at the end of capitals written together: `ACMEPOValidator` has `po`, which nothing tells from
 * `acme`. (A word at their beginning is found as the beginning of a word.)
 */
export const hiddenAcronyms = (name: string): string[] =>
  (apart(name).match(/\p{Lu}{4,}/gu) ?? []).flatMap((capitals) =>
    [2, 3, 4].filter((length) => length < capitals.length).map((length) => fold(capitals.slice(-length))),
  )

const apart = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 ')
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll}{2})/gu, '$1 ')

/**
 * The endings that a stem loses, one of each step in this order, and how many letters must be left. English only, and
 * no more than lets a verb meet its nouns (`validate`, `validator`, `validation`): a stem need not be a word, only the
 * same on both sides of a search.
 */
const ENDINGS: readonly { ending: RegExp; leaves: number; becomes?: string }[] = [
  { ending: /(?<=[^s])s$/, leaves: 2 },
  { ending: /(?:ing|ed|e)$/, leaves: 3 },
  { ending: /(?:ion|or)$/, leaves: 4 },
  { ending: /at$/, leaves: 5 },
  { ending: /y$/, leaves: 3, becomes: 'i' },
  { ending: /(?<=([bdgmnpt]))\1$/, leaves: 3 },
]

function stem(word: string): string {
  return ENDINGS.reduce((left, { ending, leaves, becomes = '' }) => {
    const shorter = left.replace(ending, becomes)
    return shorter.length >= leaves ? shorter : left
  }, word)
}
