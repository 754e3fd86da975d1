/** Tells somebody whose stage names nothing which names there are. Pure, and bounded for a tree full of mistakes. */
import { nearestName } from '../kernel/nearest-name.ts'

/** Names that a message lists. */
const MAX_LISTED = 12
/** Names for which the nearest is looked for; it costs a walk over all known names, letter by letter. */
const MAX_SUGGESTIONS = 10

/** A function from a name that is not in `known` to a sentence that lists the known ones, the nearest first. */
export function knownNamesFor(known: readonly string[]): (unknown: string) => string {
  const sorted = [...known].sort()
  const suggestions = new Map<string, string | undefined>()
  const suggest = (name: string): string | undefined => {
    if (!suggestions.has(name) && suggestions.size < MAX_SUGGESTIONS) {
      suggestions.set(name, nearestName(name, sorted))
    }
    return suggestions.get(name)
  }

  return (unknown) => {
    if (sorted.length === 0) return 'There are none yet: add a tool under tools/ first.'
    const nearest = suggest(unknown)
    const listed = sorted
      .filter((name) => name !== nearest)
      .slice(0, nearest === undefined ? MAX_LISTED : MAX_LISTED - 1)
    if (nearest !== undefined) listed.unshift(nearest)
    const left = sorted.length - listed.length
    return `Known are: ${listed.join(', ')}${left > 0 ? ` and ${left} more` : ''}.`
  }
}
