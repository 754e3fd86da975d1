/**
 * The engine that runs workflows in this very process and keeps nothing: a run ends with the process.
 * Invariants: a tenant has at most `maxRunsPerTenant` runs under way; a run never holds the event loop for much longer
 * than `YIELD_AFTER_MS`, however many stages it has, as long as each of its tools takes less.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'
import type { Clock } from '../kernel/clock.ts'
import { AppError } from '../kernel/errors.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { ToolOutcome } from '../tools/tool.ts'
import { interpret, type RunPort } from '../workflows/interpret.ts'
import type { WorkflowEngine, WorkflowRun } from './port.ts'
import { systemTimer, type Timer } from './timer.ts'

/** An error that no tool may throw: a bug, of which the caller sees no more than `internal`. */
export type Defect = { error: unknown; run: WorkflowRun; path: string }

export type InProcessEngineDeps = {
  clock: Clock
  /** Told of each defect, for the log. */
  onDefect(defect: Defect): void
  timer?: Timer
  maxRunsPerTenant?: number
}

/** Longer than nearly any run of fast tools, so that these pay nothing; short beside what a request may take. */
const YIELD_AFTER_MS = 10

export function inProcessEngine({
  clock,
  onDefect,
  timer = systemTimer,
  maxRunsPerTenant = 64,
}: InProcessEngineDeps): WorkflowEngine {
  const running = new Map<TenantId, number>()

  const run = async (started: WorkflowRun) => {
    const { tenant, deadlineMs, input } = started
    const count = running.get(tenant) ?? 0
    if (count >= maxRunsPerTenant) throw overloaded(maxRunsPerTenant)
    running.set(tenant, count + 1)
    try {
      const port = portFor(started, { clock, timer, onDefect })
      return await interpret(started, { input, deadline: port.now() + deadlineMs }, port)
    } finally {
      const left = (running.get(tenant) ?? 1) - 1
      if (left === 0) running.delete(tenant)
      else running.set(tenant, left)
    }
  }
  return { run }
}

const overloaded = (maxRuns: number): AppError =>
  new AppError('overloaded', {
    detail: `This tenant has ${maxRuns} workflows under way, which is as many as it may have; try again when one has ended.`,
    headers: { 'Retry-After': '1' },
  })

function portFor(
  run: WorkflowRun,
  { clock, timer, onDefect }: Required<Omit<InProcessEngineDeps, 'maxRunsPerTenant'>>,
) {
  // Wall clocks jump; within a run time is this instant plus what the other clock has counted since.
  const origin = clock.now() - clock.monotonic()
  const now = (): number => origin + clock.monotonic()
  let turnBegan = now()
  let turn: Promise<void> | undefined
  // Shared by parallel calls: of those that wake up together, each looks again at how much of the turn is used.
  const nextTurn = (): Promise<void> => {
    turn ??= eventLoopTurn().then(() => {
      turn = undefined
      turnBegan = now()
    })
    return turn
  }

  const port: RunPort = {
    now,
    all: (branches) => Promise.all(branches.map((branch) => branch())),
    async callTool(name, call, { path, deadline }) {
      while (now() - turnBegan > YIELD_AFTER_MS) await nextTurn()
      const tool = run.tools.get(name)
      if (!tool) throw new AppError('tool-not-found', { detail: `There is no tool "${name}" in this revision.` })
      const report = (error: unknown): never => {
        if (!(error instanceof AppError)) onDefect({ error, run, path })
        throw error
      }
      let outcome: ReturnType<typeof tool.run>
      try {
        outcome = tool.run({ ...call, tenant: run.tenant, ...(run.secrets ? { secrets: run.secrets } : {}) })
      } catch (error) {
        return report(error)
      }
      return outcome instanceof Promise ? withinTime(outcome.catch(report), name, deadline - now()) : outcome
    },
  }

  const withinTime = (outcome: Promise<ToolOutcome>, name: string, leftMs: number): Promise<ToolOutcome> =>
    new Promise((resolve, reject) => {
      const stop = timer.after(leftMs, () => {
        reject(new AppError('tool-timeout', { detail: `"${name}" was still running when the time for it was up.` }))
      })
      // What comes after the timeout changes nothing any more.
      outcome.then(resolve, reject).finally(stop)
    })

  return port
}
