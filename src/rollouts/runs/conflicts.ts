/**
 * Deciding about conflicts: once for everyone who has the same one, or for some. What was decided is remembered, and the
 * tenants are planned anew at once, so that the answer says what came of it.
 */
import { actorName, type Origin } from '../../access/actor.ts'
import type { TenantId } from '../../kernel/ids.ts'
import type { Json } from '../../kernel/json.ts'
import type { Choice } from '../plan/plan.ts'
import type { Conductor } from './conductor.ts'
import type { RunDeps } from './deps.ts'
import { plannedRow } from './planned-row.ts'
import { conflictNotFound } from './refusals.ts'
import type { ConflictCluster } from './resolution.ts'
import { moved, type Run } from './run.ts'
import type { PlannedRunTenant } from './run-tenant.ts'
import { targetsOf } from './targets.ts'

export type Decision = {
  fingerprint: string
  choice: Choice
  /** null = everyone who has it, now or later. */
  tenants: readonly TenantId[] | null
}

/** What came of a decision, by tenant: `resolved`, or still `conflict` or `invalid`. */
export type Resolved = readonly { run: string; tenant: PlannedRunTenant }[]

export type Conflicts = {
  open(run?: string): Promise<ConflictCluster[]>
  /** @throws AppError `conflict-not-found` where no tenant that is meant has it */
  resolve(decision: Decision, origin: Origin): Promise<Resolved>
}

export function createConflicts(deps: RunDeps & { conductor: Pick<Conductor, 'wake'> }): Conflicts {
  const { store, conductor, clock } = deps

  async function resolve({ fingerprint, choice, tenants }: Decision, origin: Origin): Promise<Resolved> {
    const concerned = (await store.clusters())
      .filter(({ conflict }) => conflict.fingerprint === fingerprint)
      .map(({ run, tenants: having }) => ({
        run,
        tenants: tenants === null ? having : having.filter((tenant) => tenants.includes(tenant)),
      }))
      .filter(({ tenants: meant }) => meant.length > 0)
    if (concerned.length === 0) throw conflictNotFound(fingerprint)
    const decided = { fingerprint, choice, by: actorName(origin.actor), at: new Date(clock.now()) }
    const resolutions =
      tenants === null ? [{ ...decided, tenant: null }] : tenants.map((tenant) => ({ ...decided, tenant }))
    await store.resolve(resolutions, { action: 'conflict.resolved', origin, detail: choice as Json })
    const results: { run: string; tenant: PlannedRunTenant }[] = []
    for (const { run: id, tenants: having } of concerned) {
      const run = await store.find(id)
      if (!run) continue
      for (const tenant of await replan(run, having)) results.push({ run: id, tenant })
      await reopen(run)
    }
    conductor.wake()
    return results
  }

  async function replan(run: Run, tenants: readonly TenantId[]): Promise<PlannedRunTenant[]> {
    const rows = await store.tenants({ run: run.id, states: ['conflict'], tenants })
    const { targets, gone } = await targetsOf(deps, rows)
    const rowOf = new Map(rows.map((row) => [row.tenant, row]))
    const planned: PlannedRunTenant[] = gone.map((row) => ({ ...row, conflicts: [] }))
    for await (const tenant of deps.merging.plan(run.trunk, targets)) {
      const row = plannedRow(tenant, rowOf.get(tenant.tenant) ?? { wave: 0, attempts: 0 })
      planned.push(row.state === 'clean' || row.state === 'structural' ? { ...row, state: 'resolved' } : row)
    }
    await store.keepPlans(run.id, planned)
    return planned
  }

  /** A run that was over goes on for these. Where another one has a tenant in hand, `retry` does it later. */
  async function reopen(run: Run): Promise<void> {
    const status = run.status === 'completed' ? moved(run.status, 'retry') : undefined
    if (status !== undefined) await store.change(run, { status, finishedAt: null }, { isLetOut: true })
  }

  return { open: (run) => store.clusters(run), resolve }
}
