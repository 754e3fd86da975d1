/** Rows of tenants. */
import type { Kysely, Selectable } from 'kysely'
import { AppError } from '../kernel/errors.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { TenantStore } from '../tenants/store.ts'
import { schemaNameOf, type Tenant } from '../tenants/tenant.ts'
import type { Database, TenantTable } from './schema.ts'

export function tenantStore(db: Kysely<Database>): TenantStore {
  async function requireFree(tenant: TenantId): Promise<void> {
    const name = schemaNameOf(tenant)
    const holder = await db.selectFrom('tenant').select('id').where('schema_name', '=', name).executeTakeFirst()
    if (holder && holder.id !== tenant) {
      throw new AppError('tenant-name-taken', {
        detail: `"${tenant}" and "${holder.id}" would share the name ${name}; choose another id.`,
      })
    }
  }

  return {
    requireFree,

    async find(tenant) {
      const row = await db.selectFrom('tenant').selectAll().where('id', '=', tenant).executeTakeFirst()
      return row && toTenant(row)
    },

    async list({ after, limit }) {
      const rows = await db
        .selectFrom('tenant')
        .selectAll()
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(toTenant)
    },

    async add(tenant) {
      const row = {
        id: tenant.id,
        schema_name: schemaNameOf(tenant.id),
        origin: tenant.origin,
        created_at: tenant.createdAt.getTime(),
      }
      await db
        .insertInto('tenant')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await requireFree(tenant.id)
      const standing = await db.selectFrom('tenant').selectAll().where('id', '=', tenant.id).executeTakeFirstOrThrow()
      return toTenant(standing)
    },
  }
}

/** Ids are checked before they are stored, so a stored one is a tenant id. */
const toTenant = ({ id, origin, created_at }: Selectable<TenantTable>): Tenant => ({
  id: id as TenantId,
  origin,
  createdAt: new Date(created_at),
})
