/**
 * A run: one commit of the trunk on its way into the tenants' branches, and the moves that it can make. Pure.
 * Invariant: a run changes its status by the table below and in no other way; what is not in it is refused with a reason.
 */
import type { Oid, TenantId } from '../../kernel/ids.ts'
import type { Thresholds } from './gate.ts'
import type { WaveSpec } from './waves.ts'

export const RUN_STATUSES = [
  'draft',
  'planned',
  'approved',
  'applying',
  'verifying',
  'gate',
  'paused',
  'completed',
  'aborted',
  'rolling-back',
  'rolled-back',
] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

/** Which tenants a run is for; all that is given has to fit. Deleted tenants are in none. */
export type Selection = {
  labels: Readonly<Record<string, string>>
  plan: string | null
  /** null = whoever fits the rest. */
  tenants: readonly TenantId[] | null
}

/** `manual`: a person lets the first wave out, and each after it. */
export type Approval = 'manual' | 'automatic'

export type Run = {
  id: string
  status: RunStatus
  /** The commit that is merged. */
  trunk: Oid
  /** A hash of what was planned: the same plan of the same heads has the same one. null = not planned yet. */
  plan: string | null
  select: Selection
  waves: readonly WaveSpec[]
  /** The wave that is under way, from 0. */
  wave: number
  approval: Approval
  thresholds: Thresholds
  /** Milliseconds since 1970 before which nothing is applied; null = at once. */
  startAt: number | null
  /** When the gate of the current wave may decide; null = at once. */
  gateAt: number | null
  /** When the first branch of the current wave was moved. */
  waveStartedAt: number | null
  /** Why it is paused, or why it was aborted. */
  reason: string | null
  /** What a paused run goes back to. */
  resumeTo: RunStatus | null
  /** Whether its gate paused it: resuming is the word that the wave may pass. */
  isRefused: boolean
  /** What a run goes back to when some of its tenants were rolled back; null = all of it is taken back. */
  backTo: RunStatus | null
  /** Who asked for it, as `actorName` writes it. */
  by: string
  createdAt: number
  updatedAt: number
  startedAt: number | null
  finishedAt: number | null
  /** One more with each change: whoever decided on an older one has to look again. */
  version: number
}

/** What can happen to a run, and the statuses in which it can. */
export const RUN_MOVES = {
  /** The plan stands. */
  plan: { draft: 'planned' },
  /** Lets the first wave out, or the next one. */
  approve: { planned: 'approved', gate: 'applying' },
  begin: { approved: 'applying' },
  /** Every branch of the wave was moved, or will not be. */
  applied: { applying: 'verifying' },
  verified: { verifying: 'gate' },
  nextWave: { gate: 'applying' },
  complete: { gate: 'completed' },
  pause: { approved: 'paused', applying: 'paused', verifying: 'paused', gate: 'paused' },
  /** Back to where it was paused: `resumeTo`. */
  resume: { paused: 'paused' },
  abort: {
    draft: 'aborted',
    planned: 'aborted',
    approved: 'aborted',
    applying: 'aborted',
    verifying: 'aborted',
    gate: 'aborted',
    paused: 'aborted',
  },
  /** Tries again what did not go out. */
  retry: { completed: 'applying', gate: 'applying', paused: 'applying' },
  rollback: {
    applying: 'rolling-back',
    verifying: 'rolling-back',
    gate: 'rolling-back',
    paused: 'rolling-back',
    completed: 'rolling-back',
    aborted: 'rolling-back',
    'rolled-back': 'rolling-back',
  },
  rolledBack: { 'rolling-back': 'rolled-back' },
} as const satisfies Record<string, Partial<Record<RunStatus, RunStatus>>>

export type RunMove = keyof typeof RUN_MOVES

/** Where `move` leads from `status`; undefined where it cannot be made. */
export const moved = (status: RunStatus, move: RunMove): RunStatus | undefined =>
  (RUN_MOVES[move] as Partial<Record<RunStatus, RunStatus>>)[status]

/** The statuses that `move` can be made from. */
export const movableFrom = (move: RunMove): RunStatus[] => Object.keys(RUN_MOVES[move]) as RunStatus[]

/** Whether it holds its tenants: no other run may be let out to one of them. */
export const HOLDS_TENANTS: ReadonlySet<RunStatus> = new Set([
  'approved',
  'applying',
  'verifying',
  'gate',
  'paused',
  'rolling-back',
])

/** Whether it goes on by itself, without anybody's word. `gate` does only where approval is automatic or the wave is the last. */
export const UNDER_WAY: ReadonlySet<RunStatus> = new Set([
  'draft',
  'approved',
  'applying',
  'verifying',
  'gate',
  'rolling-back',
])
