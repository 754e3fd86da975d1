/**
 * Rows of runs. Whatever a person asked for has its audit row in the same transaction; what the product does by itself is
 * an event.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'
import { sql, type Transaction } from 'kysely'
import type { Clock } from '../../kernel/clock.ts'
import type { Oid, TenantId } from '../../kernel/ids.ts'
import type { Json } from '../../kernel/json.ts'
import type { RunEvent } from '../../rollouts/runs/event.ts'
import { HOLDS_TENANTS, RUN_STATUSES, type Run, UNDER_WAY } from '../../rollouts/runs/run.ts'
import type { Changed, RunAct, RunChange, RunStore } from '../../rollouts/runs/store.ts'
import { CARRIES, DUE } from '../../rollouts/runs/tenant-state.ts'
import type { AuditWriter } from '../audit/audit-writer.ts'
import type { Database } from '../schema.ts'
import type { Storage } from '../sqlite.ts'
import { readClusters, readResolutions, writeResolutions } from './rollout-conflicts.ts'
import { countMirror, readDueForMirror, readRunsToMirror, writeMirror } from './rollout-mirror.ts'
import { fromRun, toRun } from './rollout-row.ts'
import {
  changeStates,
  countStates,
  heldElsewhere,
  readTenants,
  writeConflicts,
  writeTenants,
} from './rollout-tenants.ts'

/** What another run still has to do, or is in the middle of. */
const IN_HAND = [...DUE, 'applying', 'applied', 'rollback-due', 'reverting'] as const
/** What a run that is let out will touch. */
const WILL_TOUCH = [...DUE, ...CARRIES, 'rollback-due'] as const
const HOLDING = [...HOLDS_TENANTS]
/** Some eight milliseconds. */
const PLANS_PER_TURN = 500
/** Conflicts of runs that were given up are nobody's any more. */
const CONFLICTS_MATTER = RUN_STATUSES.filter((status) => status !== 'aborted' && status !== 'rolled-back')

export function rolloutStore(
  { db, synced }: Pick<Storage, 'db' | 'synced'>,
  { audit, clock }: { audit: AuditWriter; clock: Pick<Clock, 'now'> },
): RunStore {
  async function write(tx: Transaction<Database>, run: Run, change: RunChange): Promise<Run | undefined> {
    const after: Run = { ...run, ...change, updatedAt: clock.now(), version: run.version + 1 }
    const { id: _, ...row } = fromRun(after)
    const { numUpdatedRows } = await tx
      .updateTable('rollout')
      .set(row)
      .where('id', '=', run.id)
      .where('version', '=', run.version)
      .executeTakeFirst()
    return numUpdatedRows === 0n ? undefined : after
  }

  async function note(tx: Transaction<Database>, run: Run, kind: RunEvent['kind']): Promise<void> {
    const last = await tx
      .selectFrom('rollout_event')
      .select(({ fn }) => fn.max('sequence').as('sequence'))
      .where('rollout', '=', run.id)
      .executeTakeFirst()
    const { status, wave, reason } = run
    const event = { status, wave, reason, counts: await countStates(tx, run.id) }
    await tx
      .insertInto('rollout_event')
      .values({
        rollout: run.id,
        sequence: Number(last?.sequence ?? 0) + 1,
        at: clock.now(),
        kind,
        event_json: JSON.stringify(event),
      })
      .execute()
  }

  /** Looked at after the claim is counted, which makes others wait: of two runs that are let out at once one sees the other. */
  async function requireFree(tx: Transaction<Database>, run: Run): Promise<void> {
    await tx
      .updateTable('rollout_claim')
      .set((eb) => ({ number: eb('number', '+', 1) }))
      .execute()
    const elsewhere = await heldElsewhere(tx, run.id, { statuses: HOLDING, due: WILL_TOUCH, inHand: IN_HAND })
    if (elsewhere) throw new Busy(elsewhere)
  }

  const audited = (tx: Transaction<Database>, run: Run, { action, origin, detail = {} }: RunAct): Promise<void> =>
    audit.append(tx, { action, tenant: null, target: run.id, origin, after: detail })

  return {
    create: (run, act) =>
      db.transaction().execute(async (tx) => {
        await tx.insertInto('rollout').values(fromRun(run)).execute()
        await audited(tx, run, act)
      }),

    async find(id) {
      const row = await db.selectFrom('rollout').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toRun(row)
    },

    async list({ before, limit, statuses }) {
      const rows = await db
        .selectFrom('rollout')
        .selectAll()
        .$if(before !== undefined, (query) => query.where('id', '<', before ?? ''))
        .$if(statuses !== undefined, (query) => query.where('status', 'in', statuses ?? []))
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(toRun)
    },

    async underWay() {
      const going = [...UNDER_WAY]
      const rows = await db.selectFrom('rollout').selectAll().where('status', 'in', going).orderBy('id').execute()
      return rows.map(toRun)
    },

    async journaled() {
      const rows = await db
        .selectFrom('rollout')
        .selectAll()
        .where('id', 'in', (eb) =>
          // Written as the index of the journal has it, which is otherwise not used.
          eb.selectFrom('rollout_tenant').select('rollout').where(sql<boolean>`state in ('applying', 'reverting')`),
        )
        .orderBy('id')
        .execute()
      return rows.map(toRun)
    },

    change: (run, change, { act, tenants = [], isLetOut } = {}) =>
      db
        .transaction()
        .execute(async (tx): Promise<Changed> => {
          const after = await write(tx, run, change)
          if (!after) return { kind: 'outdated' }
          for (const { from, to } of tenants) await changeStates(tx, from, to)
          if (isLetOut) await requireFree(tx, run)
          await note(tx, after, 'status')
          if (act) await audited(tx, after, act)
          return { kind: 'changed', run: after }
        })
        .catch((error: unknown) => {
          if (error instanceof Busy) return error.outcome
          throw error
        }),

    // In parts, with requests answered between: ten thousand rows at once would hold them up for a sixth of a second.
    async keepPlans(run, tenants) {
      for (let at = 0; at < tenants.length; at += PLANS_PER_TURN) {
        if (at > 0) await eventLoopTurn()
        const some = tenants.slice(at, at + PLANS_PER_TURN)
        await db.transaction().execute(async (tx) => {
          await writeTenants(tx, run, some)
          await writeConflicts(tx, run, some)
        })
      }
    },

    tenants: (query) => readTenants(db, query),
    counts: (run, wave) => countStates(db, run, wave),

    async journal(run, tenants) {
      await db.transaction().execute((tx) => writeTenants(tx, run, tenants))
      await synced()
    },

    settle: (run, tenants, { reapply, onlyFrom } = {}) =>
      db.transaction().execute(async (tx) => {
        await writeTenants(tx, run.id, tenants, onlyFrom)
        for (const { tenant, insteadOf, base } of reapply?.keep ?? []) {
          const row = { instead_of: insteadOf, base }
          await tx
            .insertInto('reapply_base')
            .values({ tenant, ...row })
            .onConflict((conflict) => conflict.column('tenant').doUpdateSet(row))
            .execute()
        }
        if (reapply && reapply.forget.length > 0) {
          await tx.deleteFrom('reapply_base').where('tenant', 'in', reapply.forget).execute()
        }
        await note(tx, run, 'progress')
      }),

    runsToMirror: () => readRunsToMirror(db),
    dueForMirror: (run, limit) => readDueForMirror(db, run, limit),
    noteMirror: (run, tenants) => db.transaction().execute((tx) => writeMirror(tx, run, tenants)),
    mirrorCounts: (run) => countMirror(db, run),

    async events(run, after, limit) {
      const rows = await db
        .selectFrom('rollout_event')
        .selectAll()
        .where('rollout', '=', run)
        .where('sequence', '>', after)
        .orderBy('sequence')
        .limit(limit)
        .execute()
      return rows.map(({ sequence, at, kind, event_json }) => ({
        sequence,
        at,
        kind: kind as RunEvent['kind'],
        ...(JSON.parse(event_json) as Pick<RunEvent, 'status' | 'wave' | 'reason' | 'counts'>),
      }))
    },

    async reapplyBases(tenants) {
      if (tenants.length === 0) return []
      const rows = await db.selectFrom('reapply_base').selectAll().where('tenant', 'in', tenants).execute()
      return rows.map(({ tenant, instead_of, base }) => ({
        tenant: tenant as TenantId,
        insteadOf: instead_of as Oid,
        base: base as Oid,
      }))
    },

    clusters: (run) => readClusters(db, { run, statuses: CONFLICTS_MATTER }),
    resolutions: () => readResolutions(db),
    resolve: (resolutions, { action, origin, detail }) =>
      db.transaction().execute(async (tx) => {
        await writeResolutions(tx, resolutions)
        for (const { tenant, fingerprint, choice } of resolutions) {
          const after = { ...choice, ...(detail === undefined ? {} : { detail }) } as Json
          await audit.append(tx, { action, tenant, target: fingerprint, origin, after })
        }
      }),
  }
}

/** Takes a transaction back that let a run out beside another one. */
class Busy extends Error {
  readonly outcome: Changed

  constructor({ run, tenants }: { run: string; tenants: readonly TenantId[] }) {
    super(`The run ${run} holds ${tenants.join(', ')}.`)
    this.outcome = { kind: 'busy', run, tenants }
  }
}
