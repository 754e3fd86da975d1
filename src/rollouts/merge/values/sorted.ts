/** Recognizes lists and maps that people keep in alphabetical order, so that what two sides add lands in order too. */
import type { Before } from './order.ts'

const COLLATIONS: readonly ((name: string) => string)[] = [(name) => name, (name) => name.toLowerCase()]
/** Fewer names than this are in order by chance. */
const ENOUGH = 3

/** The order that both sides keep, if they keep one; `names` are by identity. */
export function sortedBy(
  names: readonly string[],
  ours: readonly number[],
  theirs: readonly number[],
): Before | undefined {
  if (ours.length < ENOUGH || theirs.length < ENOUGH) return undefined
  for (const collate of COLLATIONS) {
    const before: Before = (first, second) => collate(names[first]!) < collate(names[second]!)
    if (isSorted(ours, before) && isSorted(theirs, before)) return before
  }
  return undefined
}

function isSorted(identities: readonly number[], before: Before): boolean {
  for (let i = 1; i < identities.length; i++) if (before(identities[i]!, identities[i - 1]!)) return false
  return true
}
