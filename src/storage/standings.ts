/** Rows of the last good commits. */
import type { Kysely } from 'kysely'
import type { Oid } from '../kernel/ids.ts'
import type { Standing, StandingRows } from '../snapshots/standing.ts'
import type { Database } from './schema.ts'
import { tenantDb } from './tenants/tenant-scope.ts'

export function standingRows(db: Kysely<Database>): StandingRows {
  return {
    async find(tenant) {
      const row = await tenantDb(db, tenant).selectFrom('standing').selectAll().executeTakeFirst()
      if (!row) return undefined
      return { tenant, good: row.good as Oid | null, refused: row.refused as Oid | null, sinceMs: Number(row.since) }
    },

    // Of all tenants: two numbers that name none of them.
    async counts() {
      const rows = await db
        .selectFrom('standing')
        .innerJoin('tenant', 'tenant.id', 'standing.tenant')
        .where('standing.refused', 'is not', null)
        .where('tenant.deleted_at', 'is', null)
        .select(({ fn }) => [
          fn.count<number>('standing.tenant').as('all'),
          fn.count<number>('standing.good').as('good'),
        ])
        .executeTakeFirstOrThrow()
      return { degraded: Number(rows.good), invalid: Number(rows.all) - Number(rows.good) }
    },

    // Of many tenants at once: what a group of a second has noted. Each row carries its tenant.
    async save(standings) {
      if (standings.length === 0) return
      await db
        .insertInto('standing')
        .values(standings.map(toRow))
        .onConflict((conflict) =>
          conflict
            .column('tenant')
            .doUpdateSet((eb) => ({
              since: eb
                .case()
                .when(
                  eb.and([
                    eb('standing.good', 'is not distinct from', eb.ref('excluded.good')),
                    eb(eb('standing.refused', 'is', null), '=', eb('excluded.refused', 'is', null)),
                  ]),
                )
                .then(eb.ref('standing.since'))
                .else(eb.ref('excluded.since'))
                .end(),
              good: eb.ref('excluded.good'),
              refused: eb.ref('excluded.refused'),
            }))
            // A row that says so already is not written: a start over ten thousand tenants changes none.
            .where((eb) =>
              eb.or([
                eb('standing.good', 'is distinct from', eb.ref('excluded.good')),
                eb('standing.refused', 'is distinct from', eb.ref('excluded.refused')),
              ]),
            ),
        )
        .execute()
    },
  }
}

const toRow = ({ tenant, good, refused, sinceMs }: Standing) => ({ tenant, good, refused, since: sinceMs })

/**
 * The heads that were found valid when their tenants were served. Of all tenants: a rollout asks it of all at once, and
 * is told nothing of a commit but that it is valid.
 */
export async function validHeads(db: Kysely<Database>): Promise<ReadonlySet<Oid>> {
  const rows = await db.selectFrom('standing').where('refused', 'is', null).select('good').execute()
  return new Set(rows.flatMap(({ good }) => (good === null ? [] : [good as Oid])))
}
