/**
 * A merge job that needs nobody: a new commit of the trunk is planned, and goes out by itself where that is wanted.
 * Invariants: a commit is planned once; what is not wholly clean waits for a person; the trunk costs one `stat` a look.
 */
import type { Origin } from '../../access/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Oid } from '../../kernel/ids.ts'
import { headRef } from '../../tenants/tenant.ts'
import type { RunDeps } from './deps.ts'
import type { RunPlan } from './plan-run.ts'
import { rolloutRequest } from './request.ts'
import type { Rollouts } from './rollouts.ts'
import { DUE } from './tenant-state.ts'

export type TrunkMode = 'off' | 'plan' | 'auto'

export type TrunkWatch = { look(): Promise<void> }

/** What an automatic run does is the product's own act. */
const ORIGIN: Origin = { actor: { kind: 'system' }, requestId: 'rollout-job', address: null }

/** Runs that are looked through for one of this commit: an older one is of an older commit. */
const KNOWN_RUNS = 50

export function createTrunkWatch({
  mode,
  merging,
  names,
  store,
  rollouts,
}: Pick<RunDeps, 'merging' | 'names' | 'store'> & { mode: TrunkMode; rollouts: Rollouts }): TrunkWatch {
  let seen: Oid | undefined
  let looking = false

  async function take(head: Oid): Promise<void> {
    const runs = await store.list({ before: undefined, limit: KNOWN_RUNS })
    if (runs.some(({ trunk }) => trunk === head)) return
    const { plan } = await rollouts.preview(rolloutRequest({ from: head }))
    if (!plan.tenants.some(({ state }) => CONCERNED.has(state))) return
    for (const run of runs) {
      if (run.status === 'planned' && run.by === 'system')
        await rollouts.abort(run.id, 'A newer commit took its place.', ORIGIN)
    }
    const approval = mode === 'auto' && isClean(plan) ? 'automatic' : 'manual'
    await rollouts.start(rolloutRequest({ from: head, approval }), ORIGIN)
  }

  /** A run that another one kept from going out when it was planned. */
  async function letOutWaiting(): Promise<void> {
    const [newest] = await store.list({ before: undefined, limit: 1 })
    if (newest?.status !== 'planned' || newest.approval !== 'automatic' || newest.by !== 'system') return
    await rollouts.approve(newest.id, ORIGIN).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error
    })
  }

  return {
    async look() {
      if (mode === 'off' || looking) return
      looking = true
      try {
        const head = merging.headOf(headRef(names.trunk))
        if (head !== undefined && head !== seen) {
          await take(head)
          seen = head
        }
        if (mode === 'auto') await letOutWaiting()
      } finally {
        looking = false
      }
    },
  }
}

const WANTED: ReadonlySet<string> = new Set(['clean', 'structural', 'noop', 'held'])
const CONCERNED: ReadonlySet<string> = new Set([...DUE, 'conflict', 'invalid'])

const isClean = ({ tenants }: RunPlan): boolean => tenants.every(({ state }) => WANTED.has(state))
