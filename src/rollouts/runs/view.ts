/** A run as people see it: where it stands, how far it is, and what can be done about it. */
import type { Clock } from '../../kernel/clock.ts'
import type { Mirroring } from './mirror.ts'
import { moved, type Run, type RunMove, type RunStatus } from './run.ts'
import type { RunStore } from './store.ts'
import { CARRIES, type Counts, DUE, RETRIED, sumOf, type TenantRunState } from './tenant-state.ts'

export type RunView = {
  run: Run
  counts: Counts
  /** Of the wave that is under way. */
  wave: { due: number; done: number; etaSeconds: number | null }
  /** Pushes to the remote; null where there is none. */
  remote: { due: number; pushed: number; refused: number; error: string | null } | null
  /** What a person can do now. */
  actions: readonly PersonalMove[]
}

/** Moves that are a person's. */
const PERSONAL = ['approve', 'pause', 'resume', 'abort', 'retry', 'rollback'] as const satisfies readonly RunMove[]
export type PersonalMove = (typeof PERSONAL)[number]

export type RunViews = { of(run: Run): Promise<RunView> }

export const createRunViews = (
  store: Pick<RunStore, 'counts' | 'mirrorCounts'>,
  clock: Pick<Clock, 'now'>,
  mirroring: Pick<Mirroring, 'error'> | undefined,
): RunViews => ({
  async of(run) {
    const [counts, wave] = await Promise.all([store.counts(run.id), store.counts(run.id, run.wave)])
    const view = viewOf(run, { counts, wave, now: clock.now() })
    if (!mirroring) return { ...view, remote: null }
    const { due, pushed, refused } = await store.mirrorCounts(run.id)
    return { ...view, remote: { due, pushed, refused, error: mirroring.error() } }
  },
})

const BEING_DONE = ['applying', 'applied', 'verified', 'failed', 'parked'] as const

function viewOf(
  run: Run,
  { counts, wave, now }: { counts: Counts; wave: Counts; now: number },
): Omit<RunView, 'remote'> {
  const due = sumOf(wave, DUE)
  const done = sumOf(wave, BEING_DONE)
  return {
    run,
    counts,
    wave: { due, done, etaSeconds: etaSeconds(run, { due, done, now }) },
    actions: PERSONAL.filter((move) => moved(run.status, move) !== undefined && !isIdle(move, run, counts)),
  }
}

/** It would do nothing: nobody was left out, or nothing is out that could be taken back, nor on its way. */
function isIdle(move: PersonalMove, { status }: Run, counts: Counts): boolean {
  if (move === 'retry') return sumOf(counts, Object.keys(RETRIED) as TenantRunState[]) === 0
  return move === 'rollback' && !BUSY.has(status) && sumOf(counts, CARRIES) === 0
}

/** A batch may be between its plan and its branches. */
const BUSY: ReadonlySet<RunStatus> = new Set(['applying', 'verifying'])

/** As fast as so far; null where the wave has not begun, or nothing moves. */
function etaSeconds(
  { status, waveStartedAt }: Run,
  { due, done, now }: { due: number; done: number; now: number },
): number | null {
  if (status !== 'applying' || waveStartedAt === null || done === 0) return null
  return Math.ceil(((now - waveStartedAt) / done) * due) / 1000
}
