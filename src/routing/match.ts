/**
 * Whether a text fits a pattern, and what its slots take.
 * Pure. Invariant: every dead end is remembered, so no pattern makes it backtrack exponentially, and one attempt takes
 * time linear in parts times characters. A text slot whose schema asks for more than any text is asked only about
 * texts after which the rest fits, each in linear time. `Effort` bounds the sum over all patterns tried on one text.
 */
import type { JsonObject } from '../kernel/json.ts'
import type { Part, Pattern } from './sentence.ts'
import { type SlotType, slotEnds, slotValue } from './slot.ts'
import { splitsAt, type TidyText } from './text.ts'

/** What asking a schema about one character of a text costs, in steps; RE2 is slower than a comparison. */
const STEPS_PER_CHARACTER = 16

/** Steps that are left; shared by all attempts on one text, and spent below zero when they ran out. */
export type Effort = { steps: number }

/**
 * The slots' values if `text` fits `pattern` from end to end. Earlier text slots take as little as they can.
 * Undefined where it does not fit, or where the effort ran out.
 */
export function matchPattern(pattern: Pattern, text: TidyText, effort: Effort): JsonObject | undefined {
  const ends = new Attempt(pattern.parts, text, effort).run()
  if (!ends) return undefined
  const values: JsonObject = {}
  for (const [at, part] of pattern.parts.entries()) {
    if (part.kind !== 'slot') continue
    const [start, end] = [ends[at - 1] ?? 0, ends[at]!]
    // No slot has a name that a plain object already answers to (sentence.ts).
    values[part.name] = slotValue(part.type, text.plain.slice(start, end), text.folded.slice(start, end))
  }
  return values
}

class Attempt {
  /** Where each part ends, as far as the attempt has come. */
  readonly #ends: number[] = []
  /** By part, for slots of any text: the lowest start that failed. All ends beyond it have been tried. */
  readonly #failedFrom: number[] = []
  /** Pairs of part and offset at which any other slot failed, as one number. Most attempts need none. */
  #failedTyped: Set<number> | undefined
  readonly #parts: readonly Part[]
  readonly #plain: string
  readonly #folded: string
  readonly #effort: Effort

  constructor(parts: readonly Part[], { plain, folded }: TidyText, effort: Effort) {
    this.#parts = parts
    this.#plain = plain
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
    if (part.type.kind === 'text' && !part.type.accepts) return this.#textFits(at, start)
    const failure = at * (this.#folded.length + 1) + start
    if (this.#failedTyped?.has(failure)) return false
    if (this.#typedFits(at, start, part.type)) return true
    this.#failedTyped ??= new Set()
    this.#failedTyped.add(failure)
    return false
  }

  #typedFits(at: number, start: number, type: SlotType): boolean {
    if (type.kind === 'text') return this.#particularTextFits(at, start, type)
    if (type.kind === 'choice') this.#effort.steps -= type.lengths.length
    return slotEnds(type, this.#folded, start).some((end) => this.#fitsAfter(at, end))
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

  /** The rest comes first: where nothing follows, or one word that is rare, few texts are left to ask about. */
  #particularTextFits(at: number, start: number, { accepts }: SlotType & { kind: 'text' }): boolean {
    if (this.#folded[start] === ' ') return false
    const first = at === this.#parts.length - 1 ? this.#folded.length : start + 1
    for (let end = Math.max(first, start + 1); end <= this.#folded.length; end++) {
      if (this.#effort.steps-- <= 0) return false
      if (this.#folded[end - 1] === ' ' || !this.#fitsAfter(at, end)) continue
      this.#effort.steps -= STEPS_PER_CHARACTER * (end - start)
      if (this.#effort.steps < 0) return false
      if (!accepts || accepts(this.#plain.slice(start, end))) return true
    }
    return false
  }
}
