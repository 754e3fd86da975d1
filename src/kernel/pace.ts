/**
 * How fast long work goes on beside requests. After each piece of it, it rests until requests have had four times as long,
 * or the event loop has waited for something to do. A piece gives every other turn to requests, so it is itself half theirs:
 * a rollout of ten thousand branches takes no more than a tenth of a busy server, and all of an idle one.
 */
import { type EventLoopUtilization, performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

/** Does a piece of work, and rests for it; gives what the work gave. */
export type Pace = <T>(work: () => Promise<T>) => Promise<T>

/** What a pace is told by: the parts of `node:perf_hooks` and `node:timers` that a test sets otherwise. */
export type PaceDeps = {
  /** Milliseconds, from any beginning. */
  now(): number
  /** What the event loop did since then. */
  utilization(since?: EventLoopUtilization): EventLoopUtilization
  wait(ms: number): Promise<unknown>
}

/** Of the time of a busy server, from the beginning of a piece to its end. */
const SHARE = 0.2
const LOOK_MS = 3
/** An event loop that waited this long in all, within one rest, has room for more. */
const IDLE_MS = 15
/** Or nearly all of the first look: nobody asks for anything. */
const UNUSED = 0.1
/** However much was done: a run goes on. */
const LONGEST_MS = 5_000

const PERFORMANCE: PaceDeps = {
  now: () => performance.now(),
  utilization: performance.eventLoopUtilization,
  wait: (ms) => delay(ms),
}

export function createPace({ now, utilization, wait }: PaceDeps = PERFORMANCE): Pace {
  async function restFor(workedMs: number): Promise<void> {
    const startedAt = now()
    const restMs = Math.min(LONGEST_MS, workedMs * (1 / SHARE - 1))
    const before = utilization()
    do {
      await wait(LOOK_MS)
      const since = utilization(before)
      if (since.utilization < UNUSED || since.idle > IDLE_MS) return
    } while (now() - startedAt < restMs)
  }

  return async (work) => {
    const startedAt = now()
    const result = await work()
    await restFor(now() - startedAt)
    return result
  }
}
