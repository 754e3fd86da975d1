/** Waiting comes in from outside, as time does, so that a test need not wait. */

export type Timer = {
  /**
   * Calls `due` once, `delayMs` from now.
   * @returns what calls it off; harmless when it has been called already
   */
  after(delayMs: number, due: () => void): () => void
}

/** What `setTimeout` can count; it takes anything longer for 1 ms. */
const MAX_DELAY_MS = 2 ** 31 - 1

export const systemTimer: Timer = {
  after(delayMs, due) {
    const handle = setTimeout(due, Math.min(Math.max(0, delayMs), MAX_DELAY_MS))
    return () => clearTimeout(handle)
  },
}
