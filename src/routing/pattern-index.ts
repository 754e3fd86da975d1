/**
 * Patterns, so filed that a text meets only those that it can fit.
 * Invariant: each pattern is filed under one word that every text fitting it must hold, the longest it has; so the
 * answer is the same as if all had been tried, and does not depend on what else is filed, or in which order.
 */
import type { JsonObject } from '../kernel/json.ts'
import type { Defined } from './definition-index.ts'
import { type Effort, matchPattern } from './match.ts'
import { compareTargets, compareText } from './order.ts'
import type { RouteTarget } from './route.ts'
import { type Pattern, parsePattern } from './sentence.ts'
import { runs, type TidyText } from './text.ts'

export type PatternMatch = { target: RouteTarget; arguments: JsonObject }

type Sentence = { text: string; pattern: Pattern /** undefined: it has no word. */; word: string | undefined }
export type PatternEntry = Defined & { sentence: Sentence }

/** By the word that each is filed under, the most specific first; undefined for those without a word, which every text meets. */
export type FiledPatterns = ReadonlyMap<string | undefined, readonly PatternEntry[]>

/** Steps that one text may cost over all patterns, some milliseconds. Texts that people write take below a thousand. */
const EFFORT_LIMIT = 1_000_000

/** Sentences that `checkPatterns` refuses are left out. */
export function filePatterns(defined: readonly Defined[]): FiledPatterns {
  const filed = new Map<string | undefined, PatternEntry[]>()
  for (const each of defined) {
    for (const sentence of sentencesOf(each.definition.patterns, each.definition.input)) {
      const group = filed.get(sentence.word)
      if (group) group.push({ ...each, sentence })
      else filed.set(sentence.word, [{ ...each, sentence }])
    }
  }
  for (const group of filed.values()) group.sort(bySpecificity)
  return filed
}

/** Those that `text` can fit and that pass `isWanted`, the most specific first. */
export function patternsFor(
  text: TidyText,
  filed: readonly FiledPatterns[],
  isWanted: (defined: Defined) => boolean,
): readonly PatternEntry[] {
  const files: (readonly PatternEntry[])[] = []
  const take = (word: string | undefined): void => {
    for (const each of filed) {
      const file = each.get(word)
      if (file && !files.includes(file)) files.push(file)
    }
  }
  take(undefined)
  for (const word of runs(text.folded)) take(word)
  const wanted = (files.length > 1 ? files.flat() : (files[0] ?? [])).filter(isWanted)
  // One file is in its order as it stands.
  return files.length > 1 ? wanted.sort(bySpecificity) : wanted
}

/** Parsed once per file, not once per tenant: those that inherit a tool hold the same array of its patterns. */
const parsedBefore = new WeakMap<readonly string[], { input: JsonObject | undefined; sentences: readonly Sentence[] }>()

function sentencesOf(patterns: readonly string[], input: JsonObject | undefined): readonly Sentence[] {
  const before = parsedBefore.get(patterns)
  if (before && before.input === input) return before.sentences
  const sentences = patterns.flatMap((text): Sentence[] => {
    const parsed = parsePattern(text, input)
    return parsed.kind === 'pattern' ? [{ text, pattern: parsed.pattern, word: longest(parsed.pattern.words) }] : []
  })
  parsedBefore.set(patterns, { input, sentences })
  return sentences
}

/** Of several the first by letters. Long words are rare ones, mostly. */
function longest(words: ReadonlySet<string>): string | undefined {
  let best: string | undefined
  for (const word of words) {
    if (best === undefined || word.length > best.length || (word.length === best.length && word < best)) best = word
  }
  return best
}

/**
 * The most specific matches, each of another target; more than one is a tie.
 * @param entries what `patternsFor` gave for `text`
 */
export function mostSpecific(entries: readonly PatternEntry[], text: TidyText): PatternMatch[] {
  const effort: Effort = { steps: EFFORT_LIMIT }
  const matches: PatternMatch[] = []
  let best: PatternEntry | undefined
  for (const entry of entries) {
    if (best && compareSpecificity(best, entry) < 0) break
    if (matches.some(({ target }) => compareTargets(target, entry.target) === 0)) continue
    const found = matchPattern(entry.sentence.pattern, text, effort)
    // What was not tried might have been better: no answer rather than a wrong one.
    if (effort.steps < 0) return []
    if (!found) continue
    best ??= entry
    matches.push({ target: entry.target, arguments: found })
  }
  return matches
}

/** Most literal characters first, then fewest slots that take any text. */
const compareSpecificity = ({ sentence: a }: PatternEntry, { sentence: b }: PatternEntry): number =>
  b.pattern.literalLength - a.pattern.literalLength || a.pattern.textSlots - b.pattern.textSlots

const bySpecificity = (a: PatternEntry, b: PatternEntry): number =>
  compareSpecificity(a, b) || compareTargets(a.target, b.target) || compareText(a.sentence.text, b.sentence.text)
