/**
 * All patterns of a tenant, so that a text meets only those that it can fit.
 * Invariant: each pattern is filed under one word that every text fitting it must hold, the rarest it has; so the
 * answer is the same as if all had been tried, and does not depend on the order of the routables.
 */
import type { JsonObject } from '../kernel/json.ts'
import { type Effort, matchPattern } from './match.ts'
import { compareTargets, compareText } from './order.ts'
import type { Routable, RouteTarget } from './route.ts'
import { type Pattern, parsePattern } from './sentence.ts'
import { runs, type TidyText } from './text.ts'

export type PatternMatch = { target: RouteTarget; arguments: JsonObject }

/** The most specific matches, each of another target; more than one is a tie. */
export type PatternIndex = { find(text: TidyText): readonly PatternMatch[] }

type Sentence = { text: string; pattern: Pattern }
type Entry = { target: RouteTarget; sentence: Sentence }
/** `rank` counts from the most specific entry on, and is in the order in which they are tried. */
type Ranked = { entry: Entry; rank: number }

/** Steps that one text may cost over all patterns, some milliseconds. Texts that people write take below a thousand. */
const EFFORT_LIMIT = 1_000_000

/** Sentences that `checkPatterns` refuses are left out. */
export function indexPatterns(routables: readonly Routable[]): PatternIndex {
  const entries = routables
    .flatMap(entriesOf)
    .sort(bySpecificity)
    .map((entry, rank): Ranked => ({ entry, rank }))
  const counts = countWords(entries.map(({ entry }) => entry))
  const byWord = new Map<string, Ranked[]>()
  const wordless: Ranked[] = []
  for (const ranked of entries) {
    const word = rarest(ranked.entry.sentence.pattern.words, counts)
    const file = word === undefined ? wordless : (byWord.get(word) ?? [])
    file.push(ranked)
    if (word !== undefined) byWord.set(word, file)
  }
  return {
    find(text) {
      const files = wordless.length > 0 ? [wordless] : []
      for (const word of runs(text.folded)) {
        const file = byWord.get(word)
        if (file && !files.includes(file)) files.push(file)
      }
      // One file is in the order of its ranks as it stands.
      const entries = files.length > 1 ? files.flat().sort((a, b) => a.rank - b.rank) : (files[0] ?? [])
      return mostSpecific(entries, text)
    },
  }
}

function entriesOf({ kind, name, patterns, input }: Routable): Entry[] {
  const target: RouteTarget = { kind, name }
  return sentencesOf(patterns, input).map((sentence) => ({ target, sentence }))
}

/** Parsed once per file, not once per tenant: those that inherit a tool hold the same array of its patterns. */
const parsedBefore = new WeakMap<readonly string[], { input: JsonObject | undefined; sentences: readonly Sentence[] }>()

function sentencesOf(patterns: readonly string[], input: JsonObject | undefined): readonly Sentence[] {
  const before = parsedBefore.get(patterns)
  if (before && before.input === input) return before.sentences
  const sentences = patterns.flatMap((text): Sentence[] => {
    const parsed = parsePattern(text, input)
    return parsed.kind === 'pattern' ? [{ text, pattern: parsed.pattern }] : []
  })
  parsedBefore.set(patterns, { input, sentences })
  return sentences
}

function countWords(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { sentence } of entries) {
    for (const word of sentence.pattern.words) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

function rarest(words: ReadonlySet<string>, counts: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined
  for (const word of words) {
    if (best === undefined || counts.get(word)! < counts.get(best)!) best = word
  }
  return best
}

/** `entries` come in the order of their ranks. */
function mostSpecific(entries: readonly Ranked[], text: TidyText): PatternMatch[] {
  const effort: Effort = { steps: EFFORT_LIMIT }
  const matches: PatternMatch[] = []
  let best: Entry | undefined
  for (const { entry } of entries) {
    if (best && compareSpecificity(best, entry) < 0) break
    if (matches.some(({ target }) => target === entry.target)) continue
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
const compareSpecificity = ({ sentence: a }: Entry, { sentence: b }: Entry): number =>
  b.pattern.literalLength - a.pattern.literalLength || a.pattern.textSlots - b.pattern.textSlots

const bySpecificity = (a: Entry, b: Entry): number =>
  compareSpecificity(a, b) || compareTargets(a.target, b.target) || compareText(a.sentence.text, b.sentence.text)
