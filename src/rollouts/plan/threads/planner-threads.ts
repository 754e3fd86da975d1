/**
 * Plans of many tenants, in threads beside the one that answers requests: as many as there are cores but one. While they
 * plan, that one writes what is planned. Few tenants are planned nearby, which is sooner done than a thread is started.
 *
 * Each thread has a planner of its own, and with it its own processes of git. They are given shares of the tenants, a few
 * ahead of whoever listens, which come back in the order of the targets.
 * Invariant: the plan is the one that the nearby planner makes. A thread that ends fails the plans that wait for it; the
 * next plan starts another.
 */
import { availableParallelism } from 'node:os'
import type { ReadableStream } from 'node:stream/web'
import type { Worker } from 'node:worker_threads'
import type { Oid } from '../../../kernel/ids.ts'
import type { PlannedTenant, Target } from '../plan.ts'
import type { RolloutPlanner } from '../planner.ts'
import { type PlannerThread, plannerThread } from './thread.ts'

export type PlannerThreads = RolloutPlanner & { close(): Promise<void> }

export type PlannerThreadsDeps = {
  nearby: RolloutPlanner & { close(): void }
  /** Starts a thread that `servePlanner` serves. */
  start(): Worker
  size?: number
  /** How long a thread may be asked nothing before it ends. */
  idleMs?: number
}

/** Fewer are not worth a thread. */
const FEW = 512
/** Tenants that a thread is given at a time: git looks at all of them at once, and to start it is dear in a large process. */
const SHARE = 2_048
/** Shares that each thread may have: git looks at the next one while the last is planned. */
const AHEAD = 2

const NONE: ReadonlySet<Oid> = new Set()

export function openPlannerThreads({
  nearby,
  start,
  size = Math.max(1, availableParallelism() - 1),
  idleMs = 60_000,
}: PlannerThreadsDeps): PlannerThreads {
  let threads: PlannerThread[] = []
  let idle: NodeJS.Timeout | undefined
  let plans = 0

  function open(): void {
    clearTimeout(idle)
    threads = threads.filter((thread) => !thread.hasEnded())
    while (threads.length < size) threads.push(plannerThread(start()))
  }

  const closeThreads = (): Promise<unknown> => Promise.all(threads.splice(0).map((thread) => thread.close()))

  /** Of the commits that are known to be valid, those that a share is about. */
  const concerning = (valid: ReadonlySet<Oid>, trunk: Oid, targets: readonly Target[]): Set<Oid> =>
    new Set([trunk, ...targets.map(({ head }) => head)].filter((commit) => valid.has(commit)))

  function planShare(trunk: Oid, targets: readonly Target[], valid: ReadonlySet<Oid>) {
    const [thread] = threads.toSorted((a, b) => a.load() - b.load())
    return thread!.plan({ trunk, targets, valid: concerning(valid, trunk, targets) })
  }

  async function* inThreads(trunk: Oid, targets: readonly Target[], known: ReadonlySet<Oid>) {
    open()
    // The trunk is checked once for all of them, while they start.
    const isTrunkValid = (await nearby.trunkProblems(trunk)).length === 0
    const valid = isTrunkValid ? new Set(known).add(trunk) : known
    const underWay: ReadableStream<readonly PlannedTenant[]>[] = []
    try {
      for (let next = 0; next < targets.length || underWay.length > 0; ) {
        for (; next < targets.length && underWay.length < AHEAD * threads.length; next += SHARE) {
          underWay.push(planShare(trunk, targets.slice(next, next + SHARE), valid))
        }
        yield* underWay.shift()!
      }
    } finally {
      for (const share of underWay) await share.cancel()
    }
  }

  return {
    async *plan(trunk, targets, valid = NONE) {
      if (targets.length < FEW) return yield* nearby.plan(trunk, targets, valid)
      plans += 1
      try {
        yield* inThreads(trunk, targets, valid)
      } finally {
        plans -= 1
        if (plans === 0) idle = setTimeout(closeThreads, idleMs).unref()
      }
    },
    trunkProblems: nearby.trunkProblems,
    async close() {
      clearTimeout(idle)
      nearby.close()
      await closeThreads()
    },
  }
}
