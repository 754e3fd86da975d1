/** Time comes in from outside, so that a test can set it. */

export type Clock = {
  /** Milliseconds since 1970-01-01T00:00Z. */
  now(): number
  /** Milliseconds of a clock that never goes back, for durations. */
  monotonic(): number
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }
