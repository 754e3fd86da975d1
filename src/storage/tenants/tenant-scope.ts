/**
 * The database as one tenant sees it: Kysely over the tables that have a tenant in every row, with every query narrowed
 * to one tenant before it becomes text.
 * Invariant: it fails closed. A query that `tenant-tree.ts` does not wholly understand is refused, not passed on.
 */
import type { Kysely, KyselyPlugin } from 'kysely'
import type { TenantId } from '../../kernel/ids.ts'
import type { Database } from '../schema.ts'
import { narrowed } from './tenant-tree.ts'

/** The tables that have a tenant in every row, in a column `tenant`. All others are out of a tenant's reach. */
const TENANT_TABLES = [
  'execution',
  'membership',
  'usage',
  'recent_requests',
  'standing',
] as const satisfies readonly TenantTableName[]

type TenantTableName = {
  [Name in keyof Database]: Database[Name] extends { tenant: string } ? Name : never
}[keyof Database]
type TenantDatabase = Pick<Database, (typeof TENANT_TABLES)[number]>

/** Without transactions, raw SQL and Kysely's way to take plugins off: those belong to the database as a whole. */
export type TenantDb = Pick<Kysely<TenantDatabase>, 'selectFrom' | 'insertInto' | 'updateTable' | 'deleteFrom' | 'with'>

const TABLES: ReadonlySet<string> = new Set(TENANT_TABLES)

/** @param db the database, or a transaction on it: what is done through the result is then part of that transaction */
export function tenantDb(db: Kysely<Database>, tenant: TenantId): TenantDb {
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => narrowed(node, { tenant, tables: TABLES }),
    transformResult: async ({ result }) => result,
  }
  return db.withPlugin(plugin) as Kysely<unknown> as Kysely<TenantDatabase>
}
