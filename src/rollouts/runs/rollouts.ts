/**
 * What people do with runs. Each act is one transaction with its audit row; the conductor does the rest.
 * Invariant: whatever an act decides on is the run as it is, and is written only over that version.
 */
import { actorName, type Origin } from '../../access/actor.ts'
import type { Oid, TenantId } from '../../kernel/ids.ts'
import type { Json } from '../../kernel/json.ts'
import type { Fleet } from '../../tenants/fleet.ts'
import { tenantNotFound } from '../../tenants/refusals.ts'

import { headRef } from '../../tenants/tenant.ts'
import type { Conductor } from './conductor.ts'
import type { RunDeps } from './deps.ts'
import { planRun, type RunPlan } from './plan-run.ts'
import { busy, notNow, outdated, revisionUnknown, runNotFound } from './refusals.ts'
import type { RolloutRequest } from './request.ts'
import { moved, type Run, type RunMove, type RunStatus } from './run.ts'
import { afterGate } from './steps.ts'
import type { ChangeTerms, RunChange } from './store.ts'
import { CARRIES, RETRIED, type TenantRunState } from './tenant-state.ts'

/** All acts give the run as it stands then. @throws AppError `rollout-not-found`, `rollout-status-conflict` */
export type Rollouts = {
  /** Plans it, and lets it out where approval is automatic. @throws AppError `revision-not-found`, `tenant-not-found` */
  start(request: RolloutRequest, origin: Origin): Promise<Run>
  /** What `start` would plan; nothing is kept. */
  preview(request: RolloutRequest): Promise<{ trunk: Oid; plan: RunPlan }>
  find(id: string): Promise<Run>
  /** Lets the first wave out, or the next one. @throws AppError `rollout-tenants-busy` */
  approve(id: string, origin: Origin): Promise<Run>
  pause(id: string, reason: string, origin: Origin): Promise<Run>
  resume(id: string, origin: Origin): Promise<Run>
  abort(id: string, reason: string, origin: Origin): Promise<Run>
  /** Tries again what did not go out. @throws AppError `rollout-tenants-busy` */
  retry(id: string, origin: Origin): Promise<Run>
  /** @param tenants null = all that it went out to. @throws AppError `rollout-tenants-busy` */
  rollback(id: string, tenants: readonly TenantId[] | null, origin: Origin): Promise<Run>
  /** Plans what a killed process left as a draft. */
  finishDrafts(): Promise<void>
}

export type RolloutDeps = RunDeps & {
  fleet: Fleet
  conductor: Pick<Conductor, 'wake'>
  newId: () => string
}

/** How often somebody else may change the run first before the caller is told to come again. */
const MAX_LOOKS = 5

export function createRollouts(deps: RolloutDeps): Rollouts {
  const { store, fleet, conductor, merging, names, clock, newId } = deps

  async function find(id: string): Promise<Run> {
    const run = await store.find(id)
    if (!run) throw runNotFound(id)
    return run
  }

  type Decided = { change: RunChange; terms?: ChangeTerms }

  async function act(id: string, move: RunMove, decide: (run: Run, to: Run['status']) => Decided): Promise<Run> {
    for (let look = 0; look < MAX_LOOKS; look += 1) {
      const run = await find(id)
      const to = moved(run.status, move)
      if (to === undefined) throw notNow(run, move)
      const { change, terms } = decide(run, to)
      const changed = await store.change(run, change, terms)
      if (changed.kind === 'busy') throw busy(changed.run, changed.tenants)
      if (changed.kind === 'changed') {
        conductor.wake()
        return changed.run
      }
    }
    throw outdated(id)
  }

  async function requireTrunk(from: string | undefined): Promise<Oid> {
    const revision = from ?? headRef(names.trunk)
    const commit = await merging.commitOf(revision)
    if (!commit) throw revisionUnknown(revision)
    return commit
  }

  async function requireTenants({ tenants }: RolloutRequest['select']): Promise<void> {
    if (tenants === null) return
    const known = new Set((await fleet.all()).map(({ id }) => id))
    for (const id of tenants) if (!known.has(id)) throw tenantNotFound(id)
  }

  /** A draft that somebody else has planned or aborted meanwhile stays as it is. */
  async function planDraft(draft: Run): Promise<void> {
    const plan = await planRun(deps, draft, await fleet.all())
    await store.keepPlans(draft.id, plan.tenants)
    const planned = await store.change(draft, { status: 'planned', plan: plan.hash, waves: plan.waves })
    if (planned.kind !== 'changed' || planned.run.approval === 'manual') return
    // Where another run has one of the tenants in hand, it stays planned, and a person decides.
    await store.change(planned.run, { status: 'approved' }, { isLetOut: true })
  }

  const rollouts: Rollouts = {
    find,

    async preview(request) {
      await requireTenants(request.select)
      const trunk = await requireTrunk(request.from)
      return { trunk, plan: await planRun(deps, { ...request, trunk }, await fleet.all()) }
    },

    async start(request, origin) {
      await requireTenants(request.select)
      const trunk = await requireTrunk(request.from)
      const { select, waves, approval, thresholds, startAt } = request
      const now = clock.now()
      const draft: Run = {
        ...BLANK,
        id: newId(),
        trunk,
        select,
        waves,
        approval,
        thresholds,
        startAt,
        by: actorName(origin.actor),
        createdAt: now,
        updatedAt: now,
      }
      const detail = { from: trunk, select, approval } as Json
      await store.create(draft, { action: 'rollout.started', origin, detail })
      await planDraft(draft)
      conductor.wake()
      return find(draft.id)
    },

    approve: (id, origin) =>
      act(id, 'approve', (run, to) => {
        const change = run.status === 'gate' ? afterGate(run, clock.now()) : { status: to }
        const terms: ChangeTerms = { act: { action: 'rollout.approved', origin, detail: { wave: change.wave ?? 0 } } }
        return { change, terms: run.status === 'planned' ? { ...terms, isLetOut: true } : terms }
      }),

    pause: (id, reason, origin) =>
      act(id, 'pause', (run, status) => ({
        change: { status, reason, resumeTo: run.status },
        terms: { act: { action: 'rollout.paused', origin, detail: { reason } } },
      })),

    resume: (id, origin) =>
      act(id, 'resume', (run) => ({
        change: resumed(run, clock.now()),
        terms: { act: { action: 'rollout.resumed', origin } },
      })),

    abort: (id, reason, origin) =>
      act(id, 'abort', (_, status) => ({
        change: { status, reason, resumeTo: null, finishedAt: clock.now() },
        terms: { act: { action: 'rollout.aborted', origin, detail: { reason } } },
      })),

    retry: (id, origin) =>
      act(id, 'retry', (run, status) => ({
        change: { status, reason: null, resumeTo: null, isRefused: false, gateAt: null, finishedAt: null },
        terms: {
          act: { action: 'rollout.retried', origin },
          isLetOut: true,
          tenants: Object.entries(RETRIED).map(([from, to]) => ({
            from: { run: run.id, states: [from as TenantRunState], upToWave: run.wave },
            to,
          })),
        },
      })),

    async rollback(id, tenants, origin) {
      if (tenants !== null) await requireTenants({ tenants, labels: {}, plan: null })
      return act(id, 'rollback', (run, status) => ({
        change: {
          status,
          reason: null,
          resumeTo: null,
          isRefused: false,
          finishedAt: null,
          backTo: tenants === null ? null : backTo(run),
        },
        terms: {
          act: { action: 'rollout.rolled-back', origin, detail: { tenants } as Json },
          isLetOut: true,
          tenants: [
            {
              from: { run: run.id, states: CARRIES, ...(tenants === null ? {} : { tenants }) },
              to: 'rollback-due',
            },
          ],
        },
      }))
    },

    async finishDrafts() {
      for (const run of await store.list({ before: undefined, limit: 100, statuses: ['draft'] })) await planDraft(run)
      conductor.wake()
    },
  }
  return rollouts
}

/** A run before it is planned, but for what was asked for. */
const BLANK = {
  status: 'draft',
  plan: null,
  wave: 0,
  gateAt: null,
  waveStartedAt: null,
  reason: null,
  resumeTo: null,
  isRefused: false,
  backTo: null,
  startedAt: null,
  finishedAt: null,
  version: 1,
} as const

/** A gate that paused the run is passed: resuming is the word that it may. */
function resumed(run: Run, now: number): RunChange {
  const onward = run.isRefused ? afterGate(run, now) : { status: run.resumeTo ?? 'applying' }
  return { reason: null, resumeTo: null, isRefused: false, ...onward }
}

/** A run that was out goes on where it was, once some of its tenants are taken back. */
const backTo = ({ status, resumeTo }: Run): RunStatus => (status === 'paused' ? (resumeTo ?? 'applying') : status)
