/**
 * Keys that stand twice in a map. People's files have them, and a merge must neither lose nor multiply them: each
 * further occurrence counts as a member of its own, under a name that no written key has.
 */
import type { Entry } from './tree.ts'

/** Stands between a repeated key and the number of its occurrence; the readers take no such character in a key. */
const MARK = '\u0000'

/** The entries with every further occurrence of a key renamed; the same array where no key is repeated. */
export function nameRepeated(entries: Entry[]): Entry[] {
  if (!hasRepeated(entries)) return entries
  const counts = new Map<string | null, number>()
  return entries.map((entry) => {
    const count = (counts.get(entry.key) ?? 0) + 1
    counts.set(entry.key, count)
    return count === 1 ? entry : { ...entry, key: `${entry.key}${MARK}${count}` }
  })
}

function hasRepeated(entries: readonly Entry[]): boolean {
  if (entries.length > FEW) return new Set(entries.map(({ key }) => key)).size < entries.length
  for (let i = 1; i < entries.length; i++) {
    for (let j = 0; j < i; j++) if (entries[i]!.key === entries[j]!.key) return true
  }
  return false
}

/** Up to this many keys are compared with each other rather than put into a set. */
const FEW = 8

/** The key as it is written. */
export function writtenKey(name: string): string {
  const mark = name.indexOf(MARK)
  return mark < 0 ? name : name.slice(0, mark)
}
