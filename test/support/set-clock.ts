/** A clock that stands still until a test moves it. */
import type { Clock } from '../../src/kernel/clock.ts'

export type SetClock = Clock & { pass(ms: number): void }

export function setClock(startMs: number = Date.parse('2026-03-01T12:00:00Z')): SetClock {
  let passed = 0
  return {
    now: () => startMs + passed,
    monotonic: () => passed,
    pass(ms) {
      passed += ms
    },
  }
}
