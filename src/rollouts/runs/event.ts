/** What happened in a run, in order: what a progress bar is drawn from. Pure data. */
import type { RunStatus } from './run.ts'
import type { Counts } from './tenant-state.ts'

export type RunEvent = {
  /** Counts from 1 within the run. */
  sequence: number
  /** Milliseconds since 1970. */
  at: number
  kind: 'status' | 'progress'
  status: RunStatus
  wave: number
  counts: Counts
  /** Why, where it paused, or ended without having gone out. */
  reason: string | null
}
