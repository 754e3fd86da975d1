/** Work that takes some tens of microseconds for each of many, such as calls of the file system, with requests answered between. */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'

/** Some two milliseconds. */
const SLICE = 64

export async function inSlices<T>(items: readonly T[], work: (item: T) => void): Promise<void> {
  for (const [i, item] of items.entries()) {
    if (i > 0 && i % SLICE === 0) await eventLoopTurn()
    work(item)
  }
}
