/**
 * Drives runs: one process at a time, one batch at a time, the oldest run first, until all of them wait.
 * Invariants: a tenant is in one batch at a time, for there is one conductor; whatever a killed one left is settled before
 * the next batch; between two batches requests have their turn; a run whose step fails is paused with the reason and holds
 * up no other.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'
import type { RunDeps } from './deps.ts'
import { recover } from './recover.ts'
import { moved, type Run } from './run.ts'
import { isUnderWay, step } from './steps.ts'

/** Held by at most one process; the operating system lets go of it when the process ends. */
export type DriverLock = { tryTake(): (() => void) | undefined }

export type Conductor = {
  /** Something may be due. Returns at once. */
  wake(): void
  /** Resolves when nothing is left that this process can do now. */
  settled(): Promise<void>
  /** Ends after the batch that is under way. */
  close(): Promise<void>
}

export type ConductorDeps = RunDeps & {
  lock: DriverLock
  /** Told when nothing is left to be done now. */
  onRest?: () => void
  /** Told of a step that failed in a way that nobody foresaw. */
  onError: (error: unknown, run: string | undefined) => void
}

export function createConductor(deps: ConductorDeps): Conductor {
  const { store, merging, lock, onError } = deps
  let driving: Promise<void> | undefined
  let isCalled = false
  let isClosed = false

  async function drive(): Promise<void> {
    const release = lock.tryTake()
    if (!release) return
    try {
      await settleJournals()
      while (isCalled && !isClosed) {
        isCalled = false
        while (!isClosed && (await stepOldest())) await eventLoopTurn()
      }
    } finally {
      release()
    }
  }

  async function settleJournals(): Promise<void> {
    merging.releaseAbandoned()
    for (const run of await store.journaled()) await recover(deps, run)
  }

  /** @returns whether any run moved */
  async function stepOldest(): Promise<boolean> {
    for (const run of await store.underWay()) {
      if (isUnderWay(run) && (await stepSafely(run))) return true
    }
    return false
  }

  async function stepSafely(run: Run): Promise<boolean> {
    try {
      return (await step(deps, run)) === 'moved'
    } catch (error) {
      onError(error, run.id)
      await pauseAfter(run, error)
      return false
    }
  }

  /** Of the run as it is by now: its batch may have been settled in part, and a person may have changed it. */
  async function pauseAfter({ id }: Run, error: unknown): Promise<void> {
    const run = await store.find(id)
    if (!run) return
    await recover(deps, run)
    if (moved(run.status, 'pause') === undefined) return
    const reason = `A step failed: ${error instanceof Error ? error.message : String(error)}`
    await store.change(run, { status: 'paused', resumeTo: run.status, reason })
  }

  function wake(): void {
    isCalled = true
    if (driving || isClosed) return
    driving = drive()
      .catch((error: unknown) => onError(error, undefined))
      .finally(() => {
        driving = undefined
        if (!isClosed) deps.onRest?.()
      })
  }

  return {
    wake,
    async settled() {
      while (driving) await driving
    },
    async close() {
      isClosed = true
      await driving
    },
  }
}
