/** Holds: one row a tenant. */
import type { Kysely, Selectable } from 'kysely'
import type { TenantId } from '../../kernel/ids.ts'
import type { TenantHold } from '../../rollouts/runs/hold.ts'
import type { HoldStore } from '../../rollouts/runs/hold-store.ts'
import type { AuditWriter } from '../audit/audit-writer.ts'
import type { Database } from '../schema.ts'
import type { TenantHoldTable } from '../tables/rollouts.ts'

export function holdStore(db: Kysely<Database>, audit: AuditWriter): HoldStore {
  return {
    all: async () => (await db.selectFrom('tenant_hold').selectAll().orderBy('tenant').execute()).map(toHold),

    async find(tenant) {
      const row = await db.selectFrom('tenant_hold').selectAll().where('tenant', '=', tenant).executeTakeFirst()
      return row && toHold(row)
    },

    place: ({ tenant, reason, until, by, at }, origin) =>
      db.transaction().execute(async (tx) => {
        const row = { reason, until: until?.getTime() ?? null, by_actor: by, at: at.getTime() }
        await tx
          .insertInto('tenant_hold')
          .values({ tenant, ...row })
          .onConflict((conflict) => conflict.column('tenant').doUpdateSet(row))
          .execute()
        const after = { reason, until: until?.toISOString() ?? null }
        await audit.append(tx, { action: 'hold.placed', tenant, origin, after })
      }),

    release: (tenant, origin) =>
      db.transaction().execute(async (tx) => {
        const row = await tx.deleteFrom('tenant_hold').where('tenant', '=', tenant).returningAll().executeTakeFirst()
        if (!row) return false
        const before = { reason: row.reason }
        await audit.append(tx, { action: 'hold.released', tenant, origin, before })
        return true
      }),
  }
}

const toHold = ({ tenant, reason, until, by_actor, at }: Selectable<TenantHoldTable>): TenantHold => ({
  tenant: tenant as TenantId,
  reason,
  until: until === null ? null : new Date(until),
  by: by_actor,
  at: new Date(at),
})
