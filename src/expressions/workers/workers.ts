/**
 * A small pool of processes for expressions whose cost nobody can bound beforehand; each starts when first needed.
 * Invariants: every task is answered, by its value or by why there is none; a queue that is full, or too slow, says so; no
 * tenant has all the processes at once, or keeps another waiting for more than what is running (fair-queue.ts).
 */
import type { TenantId } from '../../kernel/ids.ts'
import type { Evaluation } from '../evaluation.ts'
import { createFairQueue } from './fair-queue.ts'
import { startWorkerProcess, type Task, type WorkerProcess } from './worker-process.ts'

export type ExpressionWorkersOptions = {
  /** The built worker.ts. */
  workerUrl: URL
  /** Processes at most. */
  size?: number
  /** How long one expression may run, from when a process takes it. */
  timeLimitMs?: number
  /** How long one may wait for a process: longer than a process takes to start. */
  maxWaitMs?: number
  maxHeapMb?: number
  /** Expressions that may wait for a process, of all tenants and of each. */
  maxWaiting?: number
  maxWaitingPerTenant?: number
}

export type ExpressionWorkers = {
  /**
   * @param tenant whose turn it takes
   * @throws where processes cannot start at all
   */
  evaluate(task: Task, tenant: TenantId): Promise<Evaluation>
  close(): Promise<void>
}

type Waiting = {
  task: Task
  resolve(evaluation: Evaluation): void
  reject(error: unknown): void
  timer: NodeJS.Timeout
}

export function createExpressionWorkers({
  workerUrl,
  size = 2,
  timeLimitMs = 250,
  maxWaitMs = 5_000,
  maxHeapMb = 64,
  maxWaiting = 1_024,
  maxWaitingPerTenant = 64,
}: ExpressionWorkersOptions): ExpressionWorkers {
  const processes = new Set<WorkerProcess>()
  const queue = createFairQueue<Waiting>({
    maxRunning: Math.max(1, size - 1),
    maxWaiting,
    maxWaitingPerOwner: maxWaitingPerTenant,
  })

  const rejectWaiting = (error: unknown): void => {
    for (const { reject, timer } of queue.drain()) {
      clearTimeout(timer)
      reject(error)
    }
  }
  const dispatch = (): void => {
    for (const worker of processes) {
      if (!worker.isIdle()) continue
      const next = queue.next()
      if (!next) return
      run(worker, next)
    }
    if (queue.hasNext() && processes.size < size) addProcess()
  }
  const run = (worker: WorkerProcess, { item, done }: NonNullable<ReturnType<typeof queue.next>>): void => {
    clearTimeout(item.timer)
    const startedAt = performance.now()
    worker
      .run(item.task)
      .finally(() => {
        done(performance.now() - startedAt)
        // The worker was idle before this was noted: the tenant's next may have had to wait for it.
        dispatch()
      })
      .then(item.resolve, item.reject)
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
    evaluate: (task, tenant) =>
      new Promise((resolve, reject) => {
        const waiting: Waiting = {
          task,
          resolve,
          reject,
          timer: setTimeout(() => {
            if (queue.remove(tenant, waiting)) resolve(overloaded('no process was free for it in time; try again'))
          }, maxWaitMs),
        }
        const refused = queue.add(tenant, waiting)
        if (refused) {
          clearTimeout(refused.timer)
          refused.resolve(overloaded('too many expressions wait for a process; try again'))
        }
        dispatch()
      }),
    close: async () => {
      rejectWaiting(new Error('The workers of expressions are closed.'))
      await Promise.all([...processes].map((worker) => worker.stop()))
    },
  }
}

const overloaded = (detail: string): Evaluation => ({ kind: 'failed', code: 'overloaded', detail })
