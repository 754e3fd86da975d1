/**
 * One child process that evaluates expressions, one at a time. A process and not a thread: when a thread runs into its
 * memory limit by one large allocation (a `join` that grows, say), V8 aborts the whole process, and that would be the
 * server. The price is some 0.1 ms for each round trip.
 * Invariant: a task that outlives its time or its memory takes this process with it, and nothing else: it is then
 * `gone`, and its owner starts another.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '../../kernel/json.ts'
import { type Evaluation, failed } from '../evaluation.ts'
import type { Variables } from '../language/variables.ts'

export type Task = {
  /** The same number for the same source and variables, so that the process compiles them once. */
  id: number
  source: string
  variables: Variables
  bindings: JsonObject
}

/** What a worker sends: once that it can take tasks, then the answer to each. */
export type WorkerMessage = { kind: 'ready' } | { kind: 'answer'; evaluation: Evaluation }

type WorkerProcessOptions = {
  /** The built worker.ts. */
  workerUrl: URL
  timeLimitMs: number
  maxHeapMb: number
  /** It can take a task. */
  onIdle(): void
  /** It has ended; `started` tells whether it ever could take a task. */
  onGone(end: { started: boolean; error?: unknown }): void
}

export type WorkerProcess = {
  isIdle(): boolean
  /** Only while idle. */
  run(task: Task): Promise<Evaluation>
  stop(): Promise<void>
}

type Running = { resolve(evaluation: Evaluation): void; timer: NodeJS.Timeout }

export function startWorkerProcess({
  workerUrl,
  timeLimitMs,
  maxHeapMb,
  onIdle,
  onGone,
}: WorkerProcessOptions): WorkerProcess {
  const child = fork(fileURLToPath(workerUrl), [], {
    // No secrets and no flags of the parent: what runs tenants' expressions has no use for either.
    env: {},
    execArgv: [`--max-old-space-size=${maxHeapMb}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  let state: 'starting' | 'idle' | 'busy' | 'gone' = 'starting'
  let running: Running | undefined

  const settle = (evaluation: Evaluation): void => {
    if (!running) return
    clearTimeout(running.timer)
    running.resolve(evaluation)
    running = undefined
  }
  const end = (evaluation: Evaluation, error?: unknown): void => {
    if (state === 'gone') return
    const started = state !== 'starting'
    state = 'gone'
    child.kill('SIGKILL')
    settle(evaluation)
    onGone({ started, error })
  }
  const becomeIdle = (): void => {
    state = 'idle'
    // An idle worker does not keep the server alive; a busy one does, or its caller would never get an answer.
    child.unref()
    child.channel?.unref()
    onIdle()
  }

  child.on('message', (message: WorkerMessage) => {
    if (state === 'gone') return
    if (message.kind === 'answer') settle(message.evaluation)
    becomeIdle()
  })
  child.on('error', (error) => end(failed('it could not be run'), error))
  child.on('exit', () => end(failed('it needs more memory than an expression may use')))

  return {
    isIdle: () => state === 'idle',
    run: (task) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          const detail = `it takes longer than the ${timeLimitMs} ms that an expression may take`
          end({ kind: 'failed', code: 'tool-timeout', detail })
        }, timeLimitMs)
        state = 'busy'
        running = { resolve, timer }
        child.ref()
        child.channel?.ref()
        try {
          child.send(task)
        } catch {
          settle(failed('its input is nested too deeply'))
          becomeIdle()
        }
      }),
    stop: async () => {
      // An idle process is not waited for by itself, and this promise must settle.
      if (state !== 'gone') child.ref()
      end(failed('the server stops'))
      await exited
    },
  }
}
