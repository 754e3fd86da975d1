/**
 * A small pool of processes for expressions whose cost nobody can bound beforehand; each starts when first needed.
 * Invariant: every task is answered, by its value or by why there is none; a queue that is full says so at once.
 */
import type { Evaluation } from './evaluation.ts'
import { startWorkerProcess, type Task, type WorkerProcess } from './worker-process.ts'

export type ExpressionWorkersOptions = {
  /** The built worker.ts. */
  workerUrl: URL
  /** Processes at most. */
  size?: number
  /** How long one expression may run, from when a process takes it. */
  timeLimitMs?: number
  maxHeapMb?: number
  /** Expressions that may wait for a process. */
  maxWaiting?: number
}

export type ExpressionWorkers = {
  /** @throws where processes cannot start at all */
  evaluate(task: Task): Promise<Evaluation>
  close(): Promise<void>
}

type Waiting = { task: Task; resolve(evaluation: Evaluation): void; reject(error: unknown): void }

export function createExpressionWorkers({
  workerUrl,
  size = 2,
  timeLimitMs = 250,
  maxHeapMb = 64,
  maxWaiting = 256,
}: ExpressionWorkersOptions): ExpressionWorkers {
  const processes = new Set<WorkerProcess>()
  const waiting: Waiting[] = []

  const rejectWaiting = (error: unknown): void => {
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  const dispatch = (): void => {
    for (const worker of processes) {
      if (!worker.isIdle()) continue
      const next = waiting.shift()
      if (!next) return
      worker.run(next.task).then(next.resolve, next.reject)
    }
    if (waiting.length > 0 && processes.size < size) addProcess()
  }
  const addProcess = (): void => {
    const worker = startWorkerProcess({
      workerUrl,
      timeLimitMs,
      maxHeapMb,
      onIdle: dispatch,
      onGone: ({ started, error }) => {
        processes.delete(worker)
        // One that never started would not start the next time either: do not try for ever.
        if (!started) rejectWaiting(error ?? new Error(`The worker of expressions does not start: ${workerUrl}`))
        dispatch()
      },
    })
    processes.add(worker)
  }

  return {
    evaluate: (task) => {
      if (waiting.length >= maxWaiting) {
        const detail = 'too many expressions wait for a process; try again'
        return Promise.resolve({ kind: 'failed', code: 'overloaded', detail })
      }
      return new Promise((resolve, reject) => {
        waiting.push({ task, resolve, reject })
        dispatch()
      })
    },
    close: async () => {
      rejectWaiting(new Error('The workers of expressions are closed.'))
      await Promise.all([...processes].map((worker) => worker.stop()))
    },
  }
}
