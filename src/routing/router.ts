/**
 * Text to tool or workflow, without a network: the exact name, then the patterns, then a search by words. The first
 * of the three that has anything to say decides.
 * Invariant: the answer depends on the set of definitions and the text alone, not on order, time or earlier texts, nor on
 * what a router shares with others (definition-index.ts).
 * Confidence is 1 for a name or a pattern, since nothing of the text was left over; `search.ts` defines the rest.
 */
import type { DefinitionIndex } from './definition-index.ts'
import { mostSpecific, type PatternMatch } from './pattern-index.ts'
import type { Candidate, Definitions, Route, Router, RouteTarget, TargetKind } from './route.ts'
import { CANDIDATE_LIMIT, type SearchAnswer, type SearchIndex } from './search.ts'
import { TEXT_LIMIT, tidy } from './text.ts'

const NONE: Route = { kind: 'none', nearest: [] }

/**
 * A router over `definitions`. `index` and `words` are of the same; each is asked for when a text first needs it. A text of
 * more than `TEXT_LIMIT` characters fits nothing.
 */
export function routerOver(
  definitions: Definitions,
  { index, words }: { index: () => DefinitionIndex; words: () => SearchIndex },
): Router {
  return {
    route(text) {
      if (text.length > TEXT_LIMIT) return NONE
      const tidied = tidy(text)
      const indexed = index()
      return (
        routeByName(exactly(definitions, text.trim()) ?? indexed.called(tidied.folded)) ??
        routeByPattern(mostSpecific(indexed.patternsFor(tidied), tidied)) ??
        routeBySearch(words().search(tidied.plain))
      )
    },
  }
}

const KINDS: readonly TargetKind[] = ['tool', 'workflow']

/** Those with this very name, if there is any: in another case only if no name is written like that. */
function exactly(definitions: Definitions, name: string): readonly RouteTarget[] | undefined {
  const kinds = KINDS.filter((kind) => definitions[kind].has(name))
  return kinds.length > 0 ? kinds.map((kind): RouteTarget => ({ kind, name })) : undefined
}

const routeByName = (targets: readonly RouteTarget[]): Route | undefined =>
  decide(targets.map((target) => ({ target, method: 'exact', arguments: {} })))

const routeByPattern = (matches: readonly PatternMatch[]): Route | undefined =>
  decide(matches.map((match) => ({ ...match, method: 'pattern' })))

type Certain = Omit<Route & { kind: 'match' }, 'kind' | 'confidence'>

/** One match is certain; among several level ones each is as likely as the others; none decides nothing. */
function decide(matches: readonly Certain[]): Route | undefined {
  const only = matches[0]
  if (!only) return undefined
  if (matches.length === 1) return { kind: 'match', confidence: 1, ...only }
  const candidates = matches.map(({ target }): Candidate => ({ ...target, confidence: 1 / matches.length }))
  return { kind: 'ambiguous', candidates: candidates.slice(0, CANDIDATE_LIMIT) }
}

function routeBySearch(answer: SearchAnswer): Route {
  if (answer.kind !== 'found') return answer
  const { confidence, ...target } = answer.candidate
  return { kind: 'match', target, method: 'search', confidence, arguments: {} }
}
