/** Branches that are still to be pushed are found without a look at all of them. */
import { type Kysely, type Migration, sql } from 'kysely'

export const rolloutMirror: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createIndex('rollout_tenant_to_mirror')
      .on('rollout_tenant')
      .columns(['rollout', 'tenant'])
      .where(sql.ref('mirror'), '=', sql`'due'`)
      .execute()
  },
}
