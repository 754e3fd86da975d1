/**
 * How much was spent within the last `windowMs`, over cells of fixed length. Pure but for its own counts; time is given.
 * Invariant: within any span of `windowMs`, no more than the limit is admitted. A cell that is partly outside of the
 * window counts whole, so the limit is reached at most one cell too early and never passed.
 */
import type { Counter } from './counter.ts'

const CELLS = 60

/** Counts what fell into the last `windowMs`, to a sixtieth of it and never less than there was. */
export function slidingWindow(windowMs: number): Counter {
  const cellMs = windowMs / CELLS
  // One more than fit the window: the oldest may be half outside.
  const ring = new Float64Array(CELLS + 1)
  let newest = 0
  let sum = 0

  /** Empties the cells that have left the window. A clock that goes back moves nothing. */
  function advance(nowMs: number): void {
    const cell = Math.floor(nowMs / cellMs)
    if (cell <= newest) return
    if (cell - newest > CELLS) {
      ring.fill(0)
      sum = 0
    } else {
      for (let passed = newest + 1; passed <= cell; passed += 1) {
        const at = passed % ring.length
        sum -= ring[at] ?? 0
        ring[at] = 0
      }
    }
    newest = cell
  }

  return {
    used(nowMs) {
      advance(nowMs)
      return sum
    },
    add(nowMs, amount) {
      advance(nowMs)
      const at = newest % ring.length
      ring[at] = (ring[at] ?? 0) + amount
      sum += amount
    },
    waitMs(nowMs, amount, limit) {
      advance(nowMs)
      if (amount > limit) return Number.POSITIVE_INFINITY
      let left = sum
      for (let cell = newest - CELLS; cell <= newest; cell += 1) {
        if (left + amount <= limit) return cellLeavesAt(cell - 1) - nowMs
        left -= ring[((cell % ring.length) + ring.length) % ring.length] ?? 0
      }
      return cellLeavesAt(newest) - nowMs
    },
  }

  function cellLeavesAt(cell: number): number {
    return (cell + 1) * cellMs + windowMs
  }
}
