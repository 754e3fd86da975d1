/** A thread with a planner, from the side that asks it. Invariant: whatever it is asked comes to an end, also when it ends. */
import { ReadableStream, type ReadableStreamDefaultController } from 'node:stream/web'
import type { Worker } from 'node:worker_threads'
import type { PlannedTenant } from '../plan.ts'
import { fromMessage } from './planned-message.ts'
import type { PlannerReply, PlannerRequest, ShareRequest } from './planner-thread.ts'

export type PlannerThread = {
  /** Shares that it has and that are not over. */
  load(): number
  hasEnded(): boolean
  /** Groups of planned tenants, in the order of the share; fails with why they cannot be planned, or that the thread has ended. */
  plan(share: ShareRequest): ReadableStream<readonly PlannedTenant[]>
  /** Ends it; what it was asked and has not answered fails. */
  close(): Promise<void>
}

type Listener = ReadableStreamDefaultController<readonly PlannedTenant[]>

/** @param worker one that `servePlanner` serves */
export function plannerThread(worker: Worker): PlannerThread {
  const listeners = new Map<number, Listener>()
  let asked = 0
  let ended: Error | undefined

  const send = (request: PlannerRequest): void => worker.postMessage(request)

  /** One that is asked nothing must not keep the process from ending; one that is asked must. */
  function hold(): void {
    if (listeners.size > 0) worker.ref()
    else worker.unref()
  }

  function end(error: Error): void {
    ended ??= error
    for (const listener of listeners.values()) listener.error(error)
    listeners.clear()
  }

  worker.on('message', (reply: PlannerReply) => {
    const listener = listeners.get(reply.id)
    if (reply.kind === 'planned') return listener?.enqueue(fromMessage(reply.planned))
    listeners.delete(reply.id)
    hold()
    if (reply.kind === 'failed') listener?.error(new Error(reply.reason))
    else listener?.close()
  })
  worker.on('error', end)
  worker.on('exit', (code) => end(new Error(`A thread that plans rollouts has ended (exit code ${code}).`)))
  worker.unref()

  return {
    load: () => listeners.size,
    hasEnded: () => ended !== undefined,
    plan(share) {
      asked += 1
      const id = asked
      return new ReadableStream<readonly PlannedTenant[]>({
        start(listener) {
          if (ended) return listener.error(ended)
          listeners.set(id, listener)
          hold()
          send({ kind: 'plan', id, ...share })
        },
        // Whoever stops listening is sent nothing more.
        cancel: () => void listeners.delete(id),
      })
    },
    close: () =>
      new Promise((resolve) => {
        if (ended) return resolve()
        worker.once('exit', () => resolve())
        worker.ref()
        send({ kind: 'close' })
      }),
  }
}
