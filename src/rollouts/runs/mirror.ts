/**
 * Branches that a run has moved, on their way to a remote. The run does not wait for it: what is due is kept, pushed in
 * batches, and tried again later where the remote is away.
 * Invariant: a branch is `pushed` only when the remote has said so; one that the remote refuses stays as it is, here and
 * there, and says why.
 */
import type { Clock } from '../../kernel/clock.ts'
import type { Oid, TenantId } from '../../kernel/ids.ts'
import type { RunDeps } from './deps.ts'
import type { Mirrored } from './store.ts'

export type Pushed = { kind: 'pushed' }
export type MirrorOutcome = Pushed | { kind: 'refused'; reason: string }

export type Mirror = {
  /** Outcomes in the order of `branches`. @throws where the remote cannot be reached */
  push(run: string, branches: readonly { tenant: TenantId; head: Oid }[]): Promise<readonly MirrorOutcome[]>
}

export type Mirroring = {
  /** Pushes what is due, unless the remote was away a moment ago. */
  pushDue(): Promise<void>
  /** Why the last push failed; null = it did not. */
  error(): string | null
}

const BATCH = 500
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

  async function pushRun(run: string, to: Mirror): Promise<void> {
    for (;;) {
      const rows = await store.dueForMirror(run, BATCH)
      if (rows.length === 0) return
      const here = rows.flatMap((row) => {
        const head = merging.headOf(refOf(row.tenant))
        return head === undefined ? [] : [{ row, tenant: row.tenant, head }]
      })
      const outcomes = await to.push(run, here)
      const done = new Map(here.map(({ tenant }, i) => [tenant, outcomes[i]]))
      await store.noteMirror(
        run,
        rows.map(({ tenant }) => ({ tenant, ...mirrored(done.get(tenant)) })),
      )
    }
  }

  return {
    error: () => failure?.message ?? null,
    async pushDue() {
      if (isPushing || (failure && failure.nextAt > clock.now())) return
      isPushing = true
      try {
        for (const run of await store.runsToMirror()) await pushRun(run, mirror)
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

function mirrored(outcome: MirrorOutcome | undefined): Omit<Mirrored, 'tenant'> {
  if (outcome?.kind === 'pushed') return { mirror: 'pushed', note: null }
  const reason = outcome ? outcome.reason : 'The branch is gone.'
  return { mirror: 'refused', note: `The remote did not take the branch: ${reason}` }
}

/** Git names the URL, which may hold one. */
const withoutPasswords = (text: string): string => text.replace(/(?<=:\/\/)[^/@\s]*@/g, '')
