/**
 * Which tool or workflow a text is about, by BM25 over what its author wrote of it, times coverage.
 * Invariant: an answer needs both coverage (the text speaks of this target) and a margin (and of no other as much);
 * otherwise it is a question back. No slot is filled: a value guessed from free text would be run as if it were meant.
 * Confidence = coverage x (1 + margin) / 2. Coverage is the share of the text's meaningful words that the target
 * holds; margin is how far the next target's score is behind, from 0 (level) to 1 (there is no other).
 */
import MiniSearch, { type SearchOptions, type SearchResult } from 'minisearch'
import type { Defined } from './definition-index.ts'
import { compareTargets } from './order.ts'
import type { Candidate, Described, RouteTarget } from './route.ts'
import { hiddenAcronyms, meaningfulWords } from './words.ts'

export type SearchAnswer =
  | { kind: 'found'; candidate: Candidate }
  | { kind: 'ambiguous'; candidates: readonly Candidate[] }
  | { kind: 'none'; nearest: readonly Candidate[] }

export type SearchIndex = { search(text: string): SearchAnswer }

/** Of four meaningful words three have to be the target's, of three two, of two both. */
const MIN_COVERAGE = 0.6
/** A runner-up that scores more than this share of the best is as good a guess. */
const NEAR_TIE = 0.85
/** Candidates that a message can list. */
export const CANDIDATE_LIMIT = 5
/** Different meaningful words of one text; what needs more of them is an essay. */
const WORD_LIMIT = 40

/**
 * Guesses about a name stand apart, so that they do not thin out what it says. One field for all that is not the name: BM25 saturates within a field but adds up over fields, so that a word said in
 * description, pattern and example alike would outweigh two different ones.
 */
const FIELDS = ['name', 'acronyms', 'about']
const BOOST = { name: 2, acronyms: 2, about: 1 }

const splitAtBlanks = (text: string): string[] => text.split(' ')

/** By whole words, or by beginnings of at least four letters: `valid` finds `validator`. */
const EXACT: SearchOptions = { boost: BOOST, prefix: (term) => term.length >= 4 }
/** For suggestions only: up to a third of a word may be mistyped, as its ending then stays on it. */
const FUZZY: SearchOptions = { boost: BOOST, prefix: true, fuzzy: (term) => (term.length >= 4 ? 0.34 : false) }

/** Costs a few milliseconds for a hundred definitions, and takes some 200 KB. */
export function indexWords(defined: readonly Defined[]): SearchIndex {
  // In one order, so that sums of floating point come out the same.
  const sorted = defined.toSorted((a, b) => compareTargets(a.target, b.target))
  const index = new MiniSearch({ fields: FIELDS, tokenize: splitAtBlanks, processTerm: (term) => term || null })
  index.addAll(sorted.map(({ definition }, id) => ({ id, ...searchFields(definition) })))

  const find = (words: readonly string[], options: SearchOptions): Hit[] =>
    index
      .search(words.join(' '), options)
      .sort((a, b) => a.id - b.id)
      .map((result) => toHit(result, sorted[result.id]!.target, words))
      .sort((a, b) => b.score - a.score)

  return {
    search(text) {
      const words = [...new Set(meaningfulWords(text))].slice(0, WORD_LIMIT)
      if (words.length === 0) return { kind: 'none', nearest: [] }
      const hits = find(words, EXACT)
      const best = hits[0]
      if (!best || !speaksOf(best)) return { kind: 'none', nearest: guesses(find(words, FUZZY)) }
      const level = hits.filter((hit) => hit.score > best.score * NEAR_TIE && speaksOf(hit))
      if (level.length > 1) return { kind: 'ambiguous', candidates: guesses(level) }
      const margin = 1 - (hits[1]?.score ?? 0) / best.score
      return { kind: 'found', candidate: { ...best.target, confidence: rounded((best.coverage * (1 + margin)) / 2) } }
    },
  }
}

type Hit = { target: RouteTarget; score: number; coverage: number; matchedWords: number; isName: boolean }

const searchFields = ({ name, patterns, examples, description }: Described) => ({
  name: searchable(name),
  acronyms: hiddenAcronyms(name).join(' '),
  about: searchable(description ?? '', ...examples, ...patterns.map((pattern) => pattern.replace(/\{[^{}]*\}/g, ' '))),
})

const searchable = (...texts: readonly string[]): string => texts.flatMap(meaningfulWords).join(' ')

const toHit = (
  { score, queryTerms, match }: SearchResult,
  { kind, name }: RouteTarget,
  words: readonly string[],
): Hit => ({
  target: { kind, name },
  // What holds more of the words is meant rather than what repeats one of them.
  score: (score * queryTerms.length) / words.length,
  coverage: queryTerms.length / words.length,
  matchedWords: queryTerms.length,
  isName: meaningfulWords(name).length === 1 && Object.values(match).some((fields) => fields.includes('name')),
})

/** One word alone is enough only if it is the whole name: "order" must not run `DeleteOrder`. */
const speaksOf = (hit: Hit): boolean => hit.coverage >= MIN_COVERAGE && (hit.matchedWords > 1 || hit.isName)

/** Candidates among which none is ahead: their confidence is that of a margin of 0, scaled by their score. */
const guesses = (hits: readonly Hit[]): Candidate[] =>
  hits.slice(0, CANDIDATE_LIMIT).map(({ target, coverage, score }) => ({
    ...target,
    confidence: rounded((coverage * score) / hits[0]!.score / 2),
  }))

const rounded = (confidence: number): number => Math.round(confidence * 1000) / 1000
