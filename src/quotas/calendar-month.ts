/** How much was spent in the calendar month (UTC), as plans count calls. Pure but for its own count. */
import type { Counter } from './counter.ts'

/** @param start what was spent in the month of `start.atMs` before this counter existed */
export function calendarMonth(start: { atMs: number; used: number }): Counter {
  let month = monthOf(start.atMs)
  let count = start.used

  function advance(nowMs: number): void {
    const current = monthOf(nowMs)
    if (current <= month) return
    month = current
    count = 0
  }

  return {
    used(nowMs) {
      advance(nowMs)
      return count
    },
    add(nowMs, amount) {
      advance(nowMs)
      count += amount
    },
    waitMs(nowMs, amount, limit) {
      return amount > limit ? Number.POSITIVE_INFINITY : monthStart(monthOf(nowMs) + 1) - nowMs
    },
  }
}

/** Months since year 0, so that they can be compared. */
function monthOf(atMs: number): number {
  const date = new Date(atMs)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

const monthStart = (month: number): number => Date.UTC(Math.floor(month / 12), month % 12)
