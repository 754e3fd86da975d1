/** How much memory there is for what can be thrown away and read again. */
import { getHeapStatistics } from 'node:v8'

/** Of the heap that V8 allows (`--max-old-space-size`; by default a share of the machine's or container's memory). */
const SNAPSHOT_SHARE = 0.25

/** Bytes of the snapshots that may be in memory. What they share with each other is counted once. */
export const snapshotBudgetBytes = (): number => Math.floor(getHeapStatistics().heap_size_limit * SNAPSHOT_SHARE)
