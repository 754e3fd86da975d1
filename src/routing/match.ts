/**
 * Whether a text fits a pattern, and what its slots take.
 * Pure. Invariant: one attempt takes time linear in parts times characters; every dead end is remembered, so no
 * pattern makes it backtrack exponentially. `Effort` bounds the sum over all patterns that are tried on one text.
 */
import type { JsonObject } from '../kernel/json.ts'
import type { Part, Pattern } from './sentence.ts'
import { slotEnds, slotValue } from './slot.ts'
import { splitsAt, type TidyText } from './text.ts'

/** Steps that are left; shared by all attempts on one text, and spent below zero when they ran out. */
export type Effort = { steps: number }

/**
 * The slots' values if `text` fits `pattern` from end to end. Earlier text slots take as little as they can.
 * Undefined where it does not fit, or where the effort ran out.
 */
export function matchPattern(pattern: Pattern, text: TidyText, effort: Effort): JsonObject | undefined {
  const ends = new Attempt(pattern.parts, text.folded, effort).run()
  if (!ends) return undefined
  return Object.fromEntries(
    pattern.parts.flatMap((part, at) => {
      if (part.kind !== 'slot') return []
      const [start, end] = [ends[at - 1] ?? 0, ends[at]!]
      return [[part.name, slotValue(part.type, text.plain.slice(start, end), text.folded.slice(start, end))]]
    }),
  )
}

class Attempt {
  /** Where each part ends, as far as the attempt has come. */
  readonly #ends: number[] = []
  /** By part, for text slots: the lowest start that failed. All ends beyond it have been tried. */
  readonly #failedFrom: number[] = []
  /** Pairs of part and offset at which a choice or number failed, as one number. */
  readonly #failedTyped = new Set<number>()
  readonly #parts: readonly Part[]
  readonly #folded: string
  readonly #effort: Effort

  constructor(parts: readonly Part[], folded: string, effort: Effort) {
    this.#parts = parts
    this.#folded = folded
    this.#effort = effort
  }

  run(): readonly number[] | undefined {
    return this.#fits(0, 0) ? this.#ends : undefined
  }

  /** Whether the parts from `at` on take the text from `start` to its end. Recursion is as deep as the parts are many. */
  #fits(at: number, start: number): boolean {
    const part = this.#parts[at]
    if (!part) return start === this.#folded.length
    if (this.#effort.steps-- <= 0) return false
    if (part.kind === 'literal') {
      return this.#folded.startsWith(part.text, start) && this.#fitsAfter(at, start + part.text.length)
    }
    if (part.kind === 'blank') return this.#blankFits(at, start, part.optional)
    if (part.type.kind === 'text') return this.#textFits(at, start)
    const failure = at * (this.#folded.length + 1) + start
    if (this.#failedTyped.has(failure)) return false
    if (part.type.kind === 'choice') this.#effort.steps -= part.type.lengths.length
    if (slotEnds(part.type, this.#folded, start).some((end) => this.#fitsAfter(at, end))) return true
    this.#failedTyped.add(failure)
    return false
  }

  #fitsAfter(at: number, end: number): boolean {
    this.#ends[at] = end
    return this.#fits(at + 1, end)
  }

  #blankFits(at: number, start: number, optional: boolean): boolean {
    if (this.#folded[start] === ' ') return this.#fitsAfter(at, start + 1)
    return optional && splitsAt(this.#folded, start) && this.#fitsAfter(at, start)
  }

  #textFits(at: number, start: number): boolean {
    if (this.#folded[start] === ' ') return false
    const tried = this.#failedFrom[at] ?? this.#folded.length
    for (let end = start + 1; end <= tried; end++) {
      if (this.#effort.steps-- <= 0) return false
      if (this.#folded[end - 1] !== ' ' && this.#fitsAfter(at, end)) return true
    }
    this.#failedFrom[at] = Math.min(start, tried)
    return false
  }
}
