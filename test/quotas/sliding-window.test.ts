import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slidingWindow } from '../../src/quotas/sliding-window.ts'

const MINUTE = 60_000

test('what was spent counts for a whole window and then no more', () => {
  const window = slidingWindow(MINUTE)
  window.add(1_000_000, 3)
  expect(window.used(1_000_000)).toBe(3)
  expect(window.used(1_000_000 + MINUTE - 1)).toBe(3)
  expect(window.used(1_000_000 + MINUTE + 1_000)).toBe(0)
})

test('a span of one window never holds more than the limit, wherever it begins', () => {
  const steps = fc.array(fc.tuple(fc.nat(20_000), fc.integer({ min: 1, max: 4 })), { maxLength: 200 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 10 }), (asked, limit) => {
      const window = slidingWindow(MINUTE)
      const admitted: { at: number; amount: number }[] = []
      let now = 1_700_000_000_000
      for (const [passed, amount] of asked) {
        now += passed
        if (window.used(now) + amount > limit) continue
        window.add(now, amount)
        admitted.push({ at: now, amount })
      }
      for (const { at: start } of admitted) {
        const within = admitted.filter(({ at }) => at >= start && at < start + MINUTE)
        expect(within.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(limit)
      }
    }),
    { numRuns: 200 },
  )
})

test('the wait that is told is enough, and the shortest that is', () => {
  const spending = fc.array(fc.tuple(fc.nat(15_000), fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(spending, fc.integer({ min: 4, max: 10 }), fc.integer({ min: 1, max: 4 }), (spent, limit, amount) => {
      const window = slidingWindow(MINUTE)
      let now = 1_700_000_000_000
      for (const [passed, cost] of spent) {
        now += passed
        if (window.used(now) + cost <= limit) window.add(now, cost)
      }
      if (window.used(now) + amount <= limit) return
      const wait = window.waitMs(now, amount, limit)
      expect(wait).toBeGreaterThan(0)
      expect(window.used(now + wait - 1) + amount).toBeGreaterThan(limit)
      expect(window.used(now + wait) + amount).toBeLessThanOrEqual(limit)
    }),
    { numRuns: 300 },
  )
})

test('more than the limit never fits', () => {
  expect(slidingWindow(MINUTE).waitMs(1_000, 11, 10)).toBe(Number.POSITIVE_INFINITY)
})

test('a clock that goes back admits nothing twice', () => {
  const window = slidingWindow(MINUTE)
  window.add(1_000_000, 2)
  window.add(900_000, 1)
  expect(window.used(1_000_000)).toBe(3)
})
