/**
 * What a run does next, by its status: one batch, or one move. Each step can be cut short anywhere and done again.
 * Invariant: a step decides on the run as it is in the database and moves it only over that version, so that a person's
 * pause or abort between two batches is always seen.
 */
import { applyBatch } from './apply-wave.ts'
import type { RunDeps } from './deps.ts'
import { gateRefusal } from './gate.ts'
import { type Run, type RunStatus, UNDER_WAY } from './run.ts'
import type { RunChange } from './store.ts'
import { takeBackBatch } from './take-back.ts'
import { CARRIES, DUE, sumOf } from './tenant-state.ts'
import { verifyBatch } from './verify-wave.ts'

/** What a step came to: something was done, or the run waits for a person or for the time. */
export type Progress = 'moved' | 'waits'

type Step = (deps: RunDeps, run: Run) => Promise<Progress>

const STEPS: Partial<Record<RunStatus, Step>> = {
  approved: begin,
  applying: apply,
  verifying: verify,
  gate: decide,
  'rolling-back': takeBack,
}

/** Where executions are compared with what was before the wave. */
const LOOK_BACK_MS = 60 * 60_000

/** Whether there is a step to take without anybody's word. */
export const isUnderWay = ({ status }: Run): boolean => UNDER_WAY.has(status) && STEPS[status] !== undefined

/** Takes the next step of a run. Safe to repeat after a kill. */
export const step = async (deps: RunDeps, run: Run): Promise<Progress> =>
  (await STEPS[run.status]?.(deps, run)) ?? 'waits'

async function change({ store }: RunDeps, run: Run, to: RunChange): Promise<Progress> {
  await store.change(run, to)
  // Where somebody else changed the run, the next look at it decides anew.
  return 'moved'
}

async function begin(deps: RunDeps, run: Run): Promise<Progress> {
  const now = deps.clock.now()
  if (run.startAt !== null && run.startAt > now) return 'waits'
  return change(deps, run, { status: 'applying', wave: 0, startedAt: now, waveStartedAt: now })
}

async function apply(deps: RunDeps, run: Run): Promise<Progress> {
  if (await applyBatch(deps, run)) return 'moved'
  return change(deps, run, { status: 'verifying' })
}

async function verify(deps: RunDeps, run: Run): Promise<Progress> {
  if (await verifyBatch(deps, run)) return 'moved'
  const { watchSeconds } = run.thresholds
  const gateAt = watchSeconds === 0 ? null : deps.clock.now() + watchSeconds * 1000
  return change(deps, run, { status: 'gate', gateAt })
}

async function decide(deps: RunDeps, run: Run): Promise<Progress> {
  const now = deps.clock.now()
  if (run.gateAt !== null && run.gateAt > now) return 'waits'
  const reason = await refusalOf(deps, run, now)
  if (reason !== undefined) return change(deps, run, { status: 'paused', reason, resumeTo: 'gate', isRefused: true })
  // Also where conflicts were resolved, or tenants retried, behind the wave that is under way.
  const [due] = await deps.store.tenants({ run: run.id, states: DUE, limit: 1 })
  // All waves are behind it, so that what is held or in conflict in the later ones can be tried again.
  if (!due) return change(deps, run, { ...completed(now), wave: run.waves.length - 1 })
  const onward = afterGate(run, now)
  if (onward.status === 'completed') return change(deps, run, { status: 'applying', gateAt: null })
  return run.approval === 'manual' ? 'waits' : change(deps, run, onward)
}

async function refusalOf({ store, traffic }: RunDeps, run: Run, now: number): Promise<string | undefined> {
  const since = run.waveStartedAt ?? now
  const [wave, before, after] = await Promise.all([
    store.counts(run.id, run.wave),
    traffic.ofWave(run.id, run.wave, { from: since - LOOK_BACK_MS, to: since }),
    traffic.ofWave(run.id, run.wave, { from: since, to: now }),
  ])
  return gateRefusal({ wave, before, after }, run.thresholds)
}

/** Where a run goes that has passed its gate. */
export function afterGate(run: Pick<Run, 'wave' | 'waves'>, now: number): RunChange {
  return run.wave + 1 < run.waves.length
    ? { status: 'applying', wave: run.wave + 1, waveStartedAt: now, gateAt: null }
    : completed(now)
}

const completed = (now: number) => ({ status: 'completed', finishedAt: now, gateAt: null }) as const

async function takeBack(deps: RunDeps, run: Run): Promise<Progress> {
  if (await takeBackBatch(deps, run)) return 'moved'
  const left = sumOf(await deps.store.counts(run.id), CARRIES)
  const status = left > 0 && run.backTo !== null ? run.backTo : 'rolled-back'
  const isOver = status === 'rolled-back' || status === 'completed' || status === 'aborted'
  return change(deps, run, { status, backTo: null, finishedAt: isOver ? deps.clock.now() : null })
}
