/**
 * Work that takes the processor, one piece after another in slices: a thousand tenants that are read for the first time
 * cost the requests of all others no more than one slice in each turn of the event loop.
 */
import type { Clock } from '../kernel/clock.ts'

/** Some five files. */
const SLICE_MS = 0.5

export type Turns = {
  /** Does `work` when its turn comes, in the order of the calls. */
  take<T>(work: () => T): Promise<T>
}

export function createTurns({ monotonic }: Pick<Clock, 'monotonic'>): Turns {
  const waiting: (() => void)[] = []
  let isDue = false

  function slice(): void {
    isDue = false
    const endMs = monotonic() + SLICE_MS
    do waiting.shift()?.()
    while (waiting.length > 0 && monotonic() < endMs)
    schedule()
  }

  function schedule(): void {
    if (isDue || waiting.length === 0) return
    isDue = true
    // After the sockets that are ready, and before the next look at them.
    setImmediate(slice)
  }

  return {
    take: (work) =>
      new Promise((resolve, reject) => {
        waiting.push(() => {
          try {
            resolve(work())
          } catch (error) {
            reject(error)
          }
        })
        schedule()
      }),
  }
}
