/**
 * Myers' O(ND) search in linear space (E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986), with Git's
 * bounds on effort, so that hostile input costs no more than a poor diff.
 * Invariant: marks a set of lines of each side whose removal leaves the two sides equal.
 */
import { roughRoot } from './candidates.ts'

/** Lines that take part in a search: their numbers, and where they stand in the whole text. */
export type Lines = { numbers: Int32Array; places: Int32Array; changed: Uint8Array }

type Split = { a: number; b: number; exactLow: boolean; exactHigh: boolean }

/** A run of equal lines longer than this counts as a good path. */
const GOOD_RUN = 20
/** Below this many edits the search is exact. */
const EXACT_EDITS = 256
/** A path is interesting when it has come this many times further than its edits. */
const WORTH = 4
const NEVER = 0x7fffffff

/** Marks the changed lines of both sides. */
export function markEdits(a: Lines, b: Lines): void {
  const search = new Search(a.numbers, b.numbers)
  const pending = [{ a0: 0, a1: a.numbers.length, b0: 0, b1: b.numbers.length, exact: false }]
  for (let box = pending.pop(); box !== undefined; box = pending.pop()) {
    let { a0, a1, b0, b1 } = box
    while (a0 < a1 && b0 < b1 && a.numbers[a0] === b.numbers[b0]) {
      a0++
      b0++
    }
    while (a0 < a1 && b0 < b1 && a.numbers[a1 - 1] === b.numbers[b1 - 1]) {
      a1--
      b1--
    }
    if (a0 === a1) for (let i = b0; i < b1; i++) b.changed[b.places[i]!] = 1
    else if (b0 === b1) for (let i = a0; i < a1; i++) a.changed[a.places[i]!] = 1
    else {
      const at = search.split(a0, a1, b0, b1, box.exact)
      pending.push({ a0: at.a, a1, b0: at.b, b1, exact: at.exactHigh })
      pending.push({ a0, a1: at.a, b0, b1: at.b, exact: at.exactLow })
    }
  }
}

class Search {
  readonly #a: Int32Array
  readonly #b: Int32Array
  /** Furthest point in `a` on each diagonal, from the start and from the end. */
  readonly #forward: Int32Array
  readonly #backward: Int32Array
  readonly #origin: number
  readonly #mostEdits: number

  constructor(a: Int32Array, b: Int32Array) {
    const diagonals = a.length + b.length + 3
    this.#a = a
    this.#b = b
    this.#forward = new Int32Array(diagonals + 1)
    this.#backward = new Int32Array(diagonals + 1)
    this.#origin = b.length + 1
    this.#mostEdits = Math.max(roughRoot(diagonals), EXACT_EDITS)
  }

  /** A point on a shortest path through the box, or on a good one when the box costs too much. */
  split(a0: number, a1: number, b0: number, b1: number, exact: boolean): Split {
    const A = this.#a
    const B = this.#b
    const F = this.#forward
    const K = this.#backward
    const O = this.#origin
    const lowest = a0 - b1
    const highest = a1 - b0
    const fMid = a0 - b0
    const kMid = a1 - b1
    const odd = ((fMid - kMid) & 1) !== 0
    let fMin = fMid
    let fMax = fMid
    let kMin = kMid
    let kMax = kMid
    F[O + fMid] = a0
    K[O + kMid] = a1

    for (let edits = 1; ; edits++) {
      let goodRun = false
      if (fMin > lowest) F[O + --fMin - 1] = -1
      else fMin++
      if (fMax < highest) F[O + ++fMax + 1] = -1
      else fMax--
      for (let d = fMax; d >= fMin; d -= 2) {
        let x = F[O + d - 1]! >= F[O + d + 1]! ? F[O + d - 1]! + 1 : F[O + d + 1]!
        const from = x
        while (x < a1 && x - d < b1 && A[x] === B[x - d]) x++
        if (x - from > GOOD_RUN) goodRun = true
        F[O + d] = x
        if (odd && kMin <= d && d <= kMax && K[O + d]! <= x) return { a: x, b: x - d, exactLow: true, exactHigh: true }
      }

      if (kMin > lowest) K[O + --kMin - 1] = NEVER
      else kMin++
      if (kMax < highest) K[O + ++kMax + 1] = NEVER
      else kMax--
      for (let d = kMax; d >= kMin; d -= 2) {
        let x = K[O + d - 1]! < K[O + d + 1]! ? K[O + d - 1]! : K[O + d + 1]! - 1
        const from = x
        while (x > a0 && x - d > b0 && A[x - 1] === B[x - d - 1]) x--
        if (from - x > GOOD_RUN) goodRun = true
        K[O + d] = x
        if (!odd && fMin <= d && d <= fMax && x <= F[O + d]!) return { a: x, b: x - d, exactLow: true, exactHigh: true }
      }

      if (exact) continue
      const box = { a0, a1, b0, b1, edits }
      if (goodRun && edits > EXACT_EDITS) {
        const ahead = this.#farAhead(box, fMid, fMin, fMax)
        if (ahead !== undefined) return ahead
        const behind = this.#farBehind(box, kMid, kMin, kMax)
        if (behind !== undefined) return behind
      }
      if (edits >= this.#mostEdits) return this.#furthest(box, fMin, fMax, kMin, kMax)
    }
  }

  #farAhead({ a0, a1, b0, b1, edits }: Box, mid: number, min: number, max: number): Split | undefined {
    let best = 0
    let found: Split | undefined
    for (let d = max; d >= min; d -= 2) {
      const a = this.#forward[this.#origin + d]!
      const b = a - d
      const come = a - a0 + (b - b0) - Math.abs(d - mid)
      if (come <= WORTH * edits || come <= best) continue
      if (a0 + GOOD_RUN > a || a >= a1 || b0 + GOOD_RUN > b || b >= b1) continue
      if (!this.#equalRun(a - GOOD_RUN, b - GOOD_RUN)) continue
      best = come
      found = { a, b, exactLow: true, exactHigh: false }
    }
    return found
  }

  #farBehind({ a0, a1, b0, b1, edits }: Box, mid: number, min: number, max: number): Split | undefined {
    let best = 0
    let found: Split | undefined
    for (let d = max; d >= min; d -= 2) {
      const a = this.#backward[this.#origin + d]!
      const b = a - d
      const come = a1 - a + (b1 - b) - Math.abs(d - mid)
      if (come <= WORTH * edits || come <= best) continue
      if (a <= a0 || a > a1 - GOOD_RUN || b <= b0 || b > b1 - GOOD_RUN) continue
      if (!this.#equalRun(a, b)) continue
      best = come
      found = { a, b, exactLow: false, exactHigh: true }
    }
    return found
  }

  #equalRun(a: number, b: number): boolean {
    for (let i = 0; i < GOOD_RUN; i++) if (this.#a[a + i] !== this.#b[b + i]) return false
    return true
  }

  #furthest({ a0, a1, b0, b1 }: Box, fMin: number, fMax: number, kMin: number, kMax: number): Split {
    let [ahead, aheadA] = [-1, -1]
    for (let d = fMax; d >= fMin; d -= 2) {
      let a = Math.min(this.#forward[this.#origin + d]!, a1)
      if (a - d > b1) a = b1 + d
      if (ahead < a + a - d) [ahead, aheadA] = [a + a - d, a]
    }
    let [behind, behindA] = [NEVER, NEVER]
    for (let d = kMax; d >= kMin; d -= 2) {
      let a = Math.max(a0, this.#backward[this.#origin + d]!)
      if (a - d < b0) a = b0 + d
      if (a + a - d < behind) [behind, behindA] = [a + a - d, a]
    }
    return a1 + b1 - behind < ahead - (a0 + b0)
      ? { a: aheadA, b: ahead - aheadA, exactLow: true, exactHigh: false }
      : { a: behindA, b: behind - behindA, exactLow: false, exactHigh: true }
  }
}

type Box = { a0: number; a1: number; b0: number; b1: number; edits: number }
