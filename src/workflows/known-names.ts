/** Tells somebody whose stage names nothing which names there are. Pure, and bounded for a tree full of mistakes. */
import { nearestName } from '../kernel/nearest-name.ts'

/** Names that a message lists. */
const MAX_LISTED = 12
/** Names for which the nearest is looked for; it costs a walk over all known names, letter by letter. */
const MAX_SUGGESTIONS = 10

/**
 * A function from a name that is not in what `known` gives, and the name of the workflow that uses it, to a sentence that lists the
 * known ones, the nearest first. The workflow itself is left out: it cannot be its own stage.
 */
export function knownNamesFor(known: () => readonly string[]): (unknown: string, user: string) => string {
  let all: readonly string[] | undefined
  const suggestions = new Map<string, string | undefined>()
  /** Sorted at the first mistake: most trees have none. */
  const sortedNames = (): readonly string[] => {
    all ??= known().toSorted()
    return all
  }
  const suggest = (name: string): string | undefined => {
    if (!suggestions.has(name) && suggestions.size < MAX_SUGGESTIONS) {
      suggestions.set(name, nearestName(name, sortedNames()))
    }
    return suggestions.get(name)
  }

  return (unknown, user) => {
    const sorted = sortedNames()
    const others = sorted.length - (sorted.includes(user) ? 1 : 0)
    if (others === 0) return 'There are none yet: add a tool under tools/ first.'
    const nearest = suggest(unknown)
    const first = nearest === undefined || nearest === user ? [] : [nearest]
    const rest = sorted.filter((name) => name !== user && name !== nearest)
    const listed = [...first, ...rest.slice(0, MAX_LISTED - first.length)]
    const left = others - listed.length
    return `Known are: ${listed.join(', ')}${left > 0 ? ` and ${left} more` : ''}.`
  }
}
