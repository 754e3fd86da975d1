/**
 * Text to tool or workflow, without a network: the exact name, then the patterns, then a search by words. The first
 * of the three that has anything to say decides.
 * Invariant: the answer depends on the set of routables and the text alone, not on order, time or earlier texts.
 * Confidence is 1 for a name or a pattern, since nothing of the text was left over; `search.ts` defines the rest.
 */
import { compareTargets } from './order.ts'
import { indexPatterns, type PatternMatch } from './pattern-index.ts'
import type { Candidate, Routable, Route, Router, RouteTarget } from './route.ts'
import { CANDIDATE_LIMIT, indexWords, type SearchAnswer } from './search.ts'
import { TEXT_LIMIT, type TidyText, tidy } from './text.ts'

const NONE: Route = { kind: 'none', nearest: [] }

/**
 * A router over `routables`, whose pairs of kind and name are unique. Costs nothing until the first text: each of the
 * three indexes is built when a text first needs it. A text of more than `TEXT_LIMIT` characters fits nothing.
 */
export function buildRouter(routables: readonly Routable[]): Router {
  const sorted = once(() => routables.toSorted(compareTargets))
  const names = once(() => indexNames(sorted()))
  const patterns = once(() => indexPatterns(sorted()))
  const words = once(() => indexWords(sorted()))
  return {
    route(text) {
      if (text.length > TEXT_LIMIT) return NONE
      const tidied = tidy(text)
      return (
        routeByName(names(), text.trim(), tidied) ??
        routeByPattern(patterns().find(tidied)) ??
        routeBySearch(words().search(tidied.plain))
      )
    },
  }
}

type NameIndex = {
  exact: ReadonlyMap<string, readonly RouteTarget[]>
  /** By the name's tidy, folded form. */
  folded: ReadonlyMap<string, readonly RouteTarget[]>
}

function indexNames(routables: readonly Routable[]): NameIndex {
  const targets = routables.map(({ kind, name }): RouteTarget => ({ kind, name }))
  return { exact: groupBy(targets, (name) => name), folded: groupBy(targets, (name) => tidy(name).folded) }
}

function groupBy(targets: readonly RouteTarget[], key: (name: string) => string): Map<string, RouteTarget[]> {
  const groups = new Map<string, RouteTarget[]>()
  for (const target of targets) {
    const group = groups.get(key(target.name))
    if (group) group.push(target)
    else groups.set(key(target.name), [target])
  }
  return groups
}

/** As written first; in another case only if no name is written like that. */
function routeByName(names: NameIndex, text: string, { folded }: TidyText): Route | undefined {
  const targets = names.exact.get(text) ?? names.folded.get(folded)
  if (!targets) return undefined
  return decide(targets.map((target) => ({ target, method: 'exact', arguments: {} })))
}

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

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
