/**
 * Rows of tenants.
 * Invariant: every transaction counts in `tenant_change` before anything else. That takes the lock that writers wait for,
 * so changes are numbered in the order in which they are committed, and nobody who follows the numbers misses one.
 */
import type { Kysely, Transaction } from 'kysely'
import type { Origin } from '../../access/actor.ts'
import type { ApiKey } from '../../access/keys/key.ts'
import type { AuditEntry } from '../../audit/entry.ts'
import type { TenantId } from '../../kernel/ids.ts'
import { profileBody } from '../../tenants/profile.ts'
import type { AdoptionOutcome, Creation, CreationOutcome, TenantStore } from '../../tenants/store.ts'
import { schemaNameOf, statusOf, type Tenant } from '../../tenants/tenant.ts'
import type { AuditWriter } from '../audit/audit-writer.ts'
import { insertKeys } from '../keys/keys.ts'
import type { Database } from '../schema.ts'
import { insertUser } from '../users/user-rows.ts'
import { newRow, toTenant } from './tenant-row.ts'

/** 12 values a row; SQLite takes 32,766 in one statement. */
const ROWS_PER_INSERT = 1_000

export function tenantStore(db: Kysely<Database>, audit: AuditWriter): TenantStore {
  /** Runs `work` with the number of its change. */
  const changing = <T>(work: (transaction: Transaction<Database>, change: number) => Promise<T>): Promise<T> =>
    db.transaction().execute(async (transaction) => {
      const { number } = await transaction
        .updateTable('tenant_change')
        .set((eb) => ({ number: eb('number', '+', 1) }))
        .returning('number')
        .executeTakeFirstOrThrow()
      return work(transaction, number)
    })

  async function standing(transaction: Transaction<Database>, id: TenantId): Promise<Standing> {
    const rows = await transaction
      .selectFrom('tenant')
      .selectAll()
      .where((eb) => eb.or([eb('id', '=', id), eb('schema_name', '=', schemaNameOf(id))]))
      .execute()
    const own = rows.find((row) => row.id === id)
    if (own) return { kind: 'exists', tenant: toTenant(own) }
    return { kind: 'name-taken', holder: rows[0]?.id as TenantId }
  }

  /** Of a tenant that has a row. */
  async function adoptedBefore(
    transaction: Transaction<Database>,
    id: TenantId,
    change: number,
  ): Promise<AdoptionOutcome> {
    const found = await standing(transaction, id)
    if (found.kind === 'name-taken') return found
    if (found.tenant.branchDue === null) return { kind: 'stands', tenant: found.tenant }
    // Somebody was killed between the branch and the note of it.
    await noteBranches(transaction, [id], change)
    return { kind: 'stands', tenant: { ...found.tenant, branchDue: null, change } }
  }

  return {
    async changedAfter(change) {
      const rows = await db.selectFrom('tenant').selectAll().where('change', '>', change).orderBy('change').execute()
      return rows.map(toTenant)
    },

    adopt: (adoptions) =>
      changing(async (transaction, change) => {
        const added = await insertMissing(
          transaction,
          adoptions.map(({ id, at }) => newRow({ id, origin: 'adopted', at, change })),
        )
        const entries = adoptions.flatMap(({ id, origin }): AuditEntry[] => {
          const tenant = added.get(id)
          return tenant ? [adoption(tenant, origin)] : []
        })
        await audit.append(transaction, ...entries)
        const outcomes: AdoptionOutcome[] = []
        for (const { id } of adoptions) {
          const tenant = added.get(id)
          outcomes.push(tenant ? { kind: 'stands', tenant } : await adoptedBefore(transaction, id, change))
        }
        return outcomes
      }),

    create: (creations, origin) =>
      changing(async (transaction, change) => {
        const added = await insertMissing(
          transaction,
          creations.map((creation) => newRow({ ...creation, origin: 'created', change })),
        )
        await addWhatComesWith(transaction, { creations, added, origin })
        const outcomes: CreationOutcome[] = []
        for (const { id } of creations) {
          const tenant = added.get(id)
          outcomes.push(tenant ? { kind: 'added', tenant } : await standing(transaction, id))
        }
        return outcomes
      }),

    branchesMade: (tenants) => changing((transaction, change) => noteBranches(transaction, tenants, change)),

    withdraw: (tenants, reason, origin) =>
      changing(async (transaction) => {
        await transaction.deleteFrom('api_key').where('tenant', 'in', tenants).execute()
        await transaction.deleteFrom('membership').where('tenant', 'in', tenants).execute()
        await transaction.deleteFrom('tenant').where('id', 'in', tenants).execute()
        const entries = tenants.map((tenant) => ({ action: 'tenant.withdrawn', tenant, origin, after: { reason } }))
        await audit.append(transaction, ...entries)
      }),

    update: ({ id, profile, suspendedAt, deletedAt, updatedAt, version }, action, before, origin) =>
      changing(async (transaction, change) => {
        const row = await transaction
          .updateTable('tenant')
          .set({
            profile_json: JSON.stringify(profileBody(profile)),
            suspended_at: suspendedAt?.getTime() ?? null,
            deleted_at: deletedAt?.getTime() ?? null,
            updated_at: updatedAt.getTime(),
            version: version + 1,
            change,
          })
          .where('id', '=', id)
          .where('version', '=', version)
          .returningAll()
          .executeTakeFirst()
        if (!row) return undefined
        const after = toTenant(row)
        await audit.append(transaction, {
          action,
          tenant: id,
          origin,
          before: recorded(before),
          after: recorded(after),
        })
        return after
      }),
  }

  /** Owners, keys and what the trail says of them, for the tenants that were added. */
  async function addWhatComesWith(
    transaction: Transaction<Database>,
    { creations, added, origin }: { creations: readonly Creation[]; added: Map<string, Tenant>; origin: Origin },
  ): Promise<void> {
    const entries: AuditEntry[] = []
    const keys: ApiKey[] = []
    for (const { id, owner, key } of creations) {
      const tenant = added.get(id)
      if (!tenant) continue
      entries.push({ action: 'tenant.created', tenant: id, origin, after: recorded(tenant) })
      if (owner) {
        const { email, name, role } = await insertUser(transaction, id, owner)
        entries.push({ action: 'user.added', tenant: id, target: owner.id, origin, after: { email, name, role } })
      }
      if (key) keys.push(key)
    }
    await audit.append(transaction, ...entries)
    await insertKeys(transaction, keys, { origin, audit })
  }
}

/** @returns those that were not there, by id */
async function insertMissing(
  transaction: Transaction<Database>,
  rows: readonly ReturnType<typeof newRow>[],
): Promise<Map<string, Tenant>> {
  const added = new Map<string, Tenant>()
  for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) {
    const inserted = await transaction
      .insertInto('tenant')
      .values(rows.slice(at, at + ROWS_PER_INSERT))
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .execute()
    for (const row of inserted) added.set(row.id, toTenant(row))
  }
  return added
}

/** @param tenants at most as many as one statement takes */
async function noteBranches(
  transaction: Transaction<Database>,
  tenants: readonly TenantId[],
  change: number,
): Promise<void> {
  await transaction
    .updateTable('tenant')
    .set({ branch_due: null, change })
    .where('id', 'in', tenants)
    .where('branch_due', 'is not', null)
    .execute()
}

type Standing = Exclude<CreationOutcome, { kind: 'added' }>

const adoption = (tenant: Tenant, origin: Origin): AuditEntry => ({
  action: 'tenant.adopted',
  tenant: tenant.id,
  origin,
  after: recorded(tenant),
})

/** A tenant as the audit trail shows it before and after. */
const recorded = (tenant: Tenant) => ({
  ...profileBody(tenant.profile),
  status: statusOf(tenant),
  version: tenant.version,
})
