/**
 * How fast long work goes on beside requests. After each piece of it, it rests until requests have had nine times as long,
 * or the event loop has waited for something to do: so a rollout of ten thousand branches takes no more than a tenth of a
 * busy server, and all of an idle one.
 */
import { type EventLoopUtilization, performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

export type Pace = {
  /** Work begins: what was before it was none. */
  begin(): void
  /** Rests for what was done since the last rest, or the beginning. */
  rest(): Promise<void>
}

/** What a pace is told by: the parts of `node:perf_hooks` and `node:timers` that a test sets otherwise. */
export type PaceDeps = {
  /** Milliseconds, from any beginning. */
  now(): number
  /** What the event loop did since then. */
  utilization(since?: EventLoopUtilization): EventLoopUtilization
  wait(ms: number): Promise<unknown>
}

/** Of a busy server, at most. */
const SHARE = 0.1
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
  let workingSince = now()
  return {
    begin() {
      workingSince = now()
    },
    async rest() {
      const startedAt = now()
      const restMs = Math.min(LONGEST_MS, (startedAt - workingSince) * (1 / SHARE - 1))
      const before = utilization()
      do {
        await wait(LOOK_MS)
        const since = utilization(before)
        if (since.utilization < UNUSED || since.idle > IDLE_MS) break
      } while (now() - startedAt < restMs)
      workingSince = now()
    },
  }
}
