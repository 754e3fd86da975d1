/** Everything about runs, put together over the adapters that `app.ts` gives. */

import type { Oid, TenantId } from '../../kernel/ids.ts'
import { createPace } from '../../kernel/pace.ts'
import type { RolloutPlanner } from '../plan/planner.ts'
import { createConductor, type DriverLock } from './conductor.ts'
import { type Conflicts, createConflicts } from './conflicts.ts'
import type { RunDeps } from './deps.ts'
import type { HoldStore } from './hold-store.ts'
import type { Merging } from './merging.ts'
import { createMirroring, type Mirror } from './mirror.ts'
import { createRollouts, type RolloutDeps, type Rollouts } from './rollouts.ts'
import type { RunStore } from './store.ts'
import { type Terms, termsOf } from './targets.ts'
import { createTrunkWatch, type TrunkMode } from './trunk-watch.ts'
import { createRunViews, type RunViews } from './view.ts'

export type Runs = {
  rollouts: Rollouts
  conflicts: Conflicts
  views: RunViews
  holds: HoldStore
  store: RunStore
  /** On which terms tenants would be planned now. */
  termsOf(tenants: readonly TenantId[]): Promise<(tenant: TenantId) => Terms>
  /** Takes up what a process before this one left, and from then on whatever becomes due, also by other processes. */
  start(): void
  /** Something may be due by now. Returns at once. */
  wake(): void
  /** Looks at the trunk once, as the timer does. */
  lookAtTrunk(): Promise<void>
  /** Pushes what is due to the remote, as the timer does. */
  pushDue(): Promise<void>
  /** Resolves when nothing is left that this process can do now. */
  settled(): Promise<void>
  /** Begins to end: whoever follows a run is let go. */
  stop(): void
  isStopped(): boolean
  close(): Promise<void>
}

export type OpenRunsDeps = Omit<RunDeps, 'merging' | 'mirrors' | 'pace'> &
  Pick<RolloutDeps, 'fleet' | 'newId'> & {
    merging: Omit<Merging, 'plan'>
    planner: RolloutPlanner
    /** Commits that were found valid when their tenants were served. */
    validHeads(): Promise<ReadonlySet<Oid>>
    /** The remote that branches are pushed to, where there is one. */
    mirror: Mirror | undefined
    /** What becomes of a new commit of the trunk by itself. */
    mode: TrunkMode
    lock: DriverLock
    /** Told of a step that failed in a way that nobody foresaw. */
    onError: (error: unknown, run: string | undefined) => void
  }

/** How long what another process decided may stay unseen, and a time that has come unnoticed. */
const FOLLOW_MS = 1_000

/** Tenants that are planned without asking what is known of all others. */
const FEW = 16

export function openRuns(given: OpenRunsDeps): Runs {
  const deps = {
    ...given,
    pace: createPace(),
    mirrors: given.mirror !== undefined,
    merging: { ...given.merging, plan: oneByOne(given) },
  }
  const { store, holds, clock } = deps
  const mirroring = given.mirror && createMirroring({ ...deps, mirror: given.mirror })
  let pushing: Promise<void> | undefined
  const push = (): void => {
    pushing ??= mirroring?.pushDue().finally(() => {
      pushing = undefined
    })
  }
  const conductor = createConductor({ ...deps, onRest: push })
  const withConductor = { ...deps, conductor }
  const rollouts = createRollouts(withConductor)
  const trunk = createTrunkWatch({ ...deps, rollouts })
  const look = (): void => {
    conductor.wake()
    push()
    trunk.look().catch((error: unknown) => deps.onError(error, undefined))
  }
  let isStopped = false
  let following: NodeJS.Timeout | undefined
  return {
    rollouts,
    conflicts: createConflicts(withConductor),
    views: createRunViews(store, clock, mirroring),
    holds,
    store,
    termsOf: (tenants) => termsOf(deps, tenants),
    start() {
      following ??= setInterval(look, FOLLOW_MS).unref()
      rollouts.finishDrafts().catch((error: unknown) => deps.onError(error, undefined))
    },
    wake: conductor.wake,
    lookAtTrunk: trunk.look,
    async pushDue() {
      push()
      await pushing
    },
    async settled() {
      await conductor.settled()
      await pushing
    },
    stop() {
      isStopped = true
    },
    isStopped: () => isStopped,
    async close() {
      isStopped = true
      clearInterval(following)
      await conductor.close()
      await pushing
    },
  }
}

/** A run takes tenants one by one, from whatever groups they were planned in. */
const oneByOne = ({ planner, validHeads }: Pick<OpenRunsDeps, 'planner' | 'validHeads'>): Merging['plan'] =>
  async function* (trunk, targets) {
    // Which heads are valid is asked of all at once; a few are sooner looked at.
    const valid = targets.length > FEW ? await validHeads() : undefined
    for await (const group of planner.plan(trunk, targets, valid)) yield* group
  }
