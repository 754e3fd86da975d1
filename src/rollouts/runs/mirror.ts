/**
 * Branches that a run has moved, on their way to a remote. The run does not wait for it: what is due is kept, pushed in
 * batches, and tried again later where the remote is away.
 * A branch that has commits there which are not here gets them first, and is pushed again.
 * Invariant: a branch is `pushed` only when the remote has said so; nothing there is overwritten; one that the remote
 * refuses stays as it is, here and there, and says why.
 */
import type { Clock } from '../../kernel/clock.ts'
import type { Oid, TenantId } from '../../kernel/ids.ts'
import type { RunDeps } from './deps.ts'
import type { RunTenant } from './run-tenant.ts'
import { type MirrorNote, takeInRemote } from './take-in-remote.ts'

export type Pushed = { kind: 'pushed' }
export type MirrorOutcome =
  | Pushed
  /** The remote has commits of that branch that are not here. */
  | { kind: 'moved-on'; reason: string }
  | { kind: 'refused'; reason: string }

export type Mirror = {
  /** Outcomes in the order of `branches`. @throws where the remote cannot be reached */
  push(run: string, branches: readonly { tenant: TenantId; head: Oid }[]): Promise<readonly MirrorOutcome[]>
  /** Brings what the remote has of these branches here, on no branch, and names the commits. @throws as `push` */
  fetch(run: string, tenants: readonly TenantId[]): Promise<ReadonlyMap<string, Oid>>
}

export type Mirroring = {
  /** Pushes what is due, unless the remote was away a moment ago. */
  pushDue(): Promise<void>
  /** Why the last push failed; null = it did not. */
  error(): string | null
}

const BATCH = 500
/** How often what the remote has is merged in before a branch that others keep pushing to is left to a person. */
const MAX_TAKEN_IN = 3
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 5 * 60_000

export function createMirroring({
  mirror,
  store,
  merging,
  refOf,
  clock,
}: Pick<RunDeps, 'store' | 'merging' | 'refOf'> & { mirror: Mirror; clock: Pick<Clock, 'now'> }): Mirroring {
  let failure: { message: string; failures: number; nextAt: number } | undefined
  let isPushing = false

  async function pushRun(run: string): Promise<void> {
    const takenIn = new Map<TenantId, number>()
    for (;;) {
      const rows = await store.dueForMirror(run, BATCH)
      if (rows.length === 0) return
      const here = rows.flatMap(({ tenant }) => {
        const head = merging.headOf(refOf(tenant))
        return head === undefined ? [] : [{ tenant, head }]
      })
      const outcomes = await mirror.push(run, here)
      const done = new Map(here.map(({ tenant }, i) => [tenant, outcomes[i]]))
      const movedOn = rows.filter(({ tenant }) => {
        const isBehind = done.get(tenant)?.kind === 'moved-on' && (takenIn.get(tenant) ?? 0) < MAX_TAKEN_IN
        if (isBehind) takenIn.set(tenant, (takenIn.get(tenant) ?? 0) + 1)
        return isBehind
      })
      const taken = await takeIn(movedOn, run)
      await store.noteMirror(
        run,
        rows.map(({ tenant }) => ({ tenant, ...(taken.get(tenant) ?? mirrored(done.get(tenant))) })),
      )
    }
  }

  async function takeIn(rows: readonly RunTenant[], run: string): Promise<ReadonlyMap<TenantId, MirrorNote>> {
    if (rows.length === 0) return new Map()
    const tenants = rows.map(({ tenant }) => tenant)
    const theirs = await mirror.fetch(run, tenants)
    return takeInRemote({ merging, refOf }, { run, tenants, theirs })
  }

  return {
    error: () => failure?.message ?? null,
    async pushDue() {
      if (isPushing || (failure && failure.nextAt > clock.now())) return
      isPushing = true
      try {
        for (const run of await store.runsToMirror()) await pushRun(run)
        failure = undefined
      } catch (error) {
        const failures = (failure?.failures ?? 0) + 1
        const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1))
        const message = withoutPasswords(error instanceof Error ? error.message : String(error))
        failure = { message, failures, nextAt: clock.now() + waitMs }
      } finally {
        isPushing = false
      }
    },
  }
}

function mirrored(outcome: MirrorOutcome | undefined): MirrorNote {
  if (outcome?.kind === 'pushed') return { mirror: 'pushed', note: null }
  const reason = outcome ? outcome.reason : 'The branch is gone.'
  return { mirror: 'refused', note: `The remote did not take the branch: ${reason}` }
}

/** Git names the URL, which may hold one. */
const withoutPasswords = (text: string): string => text.replace(/(?<=:\/\/)[^/@\s]*@/g, '')
