/** Bounds that no number can meet, found while the rules are compiled. Pure. */
import type { Violation } from '../../documents/violation.ts'
import type { RuleObject } from '../definition.ts'

type Bounds = { min: number; max: number }

/** Remembers the bounds of each field, and says when a rule leaves no room between them. */
export function createBoundsCheck(): (rule: RuleObject, pointer: string) => Violation[] {
  const known = new Map<string, Bounds>()
  return ({ field, when, min = -Infinity, max = Infinity }, pointer) => {
    // A guarded rule may belong to another case than the one it would contradict.
    const before = field === undefined || when !== undefined ? undefined : known.get(field)
    const bounds = { min: Math.max(min, before?.min ?? -Infinity), max: Math.min(max, before?.max ?? Infinity) }
    if (bounds.min > bounds.max) {
      const detail = `No number is at least ${bounds.min} and at most ${bounds.max}, as the rules on ${field} demand; the least must not exceed the most.`
      return [{ pointer, code: 'rule-bounds', detail }]
    }
    if (field !== undefined && when === undefined) known.set(field, bounds)
    return []
  }
}
