/** When checkpoints are made: at start, at the end, and after every so many rows, soon after the row's own transaction. */
import { type AuditTrail, CHECKPOINT_EVERY } from './trail.ts'
import type { ChainBreak } from './verify.ts'

export type CheckpointSchedule = {
  /** Told of every row that was written. */
  appended(sequence: number): void
  /** Makes one now; told to the log where it cannot. */
  now(): Promise<void>
}

export function checkpointSchedule(
  trail: Pick<AuditTrail, 'checkpoint'>,
  log: { broken(found: ChainBreak): void; failed(error: unknown): void },
): CheckpointSchedule {
  let due: NodeJS.Immediate | undefined

  async function now(): Promise<void> {
    clearImmediate(due)
    due = undefined
    try {
      const found = await trail.checkpoint()
      if (found) log.broken(found)
    } catch (error) {
      log.failed(error)
    }
  }

  return {
    appended(sequence) {
      if (due || sequence % CHECKPOINT_EVERY !== 0) return
      due = setImmediate(now)
    },
    now,
  }
}
