/** The tables of tenants, as Kysely sees them. */

export type TenantTable = {
  id: string
  schema_name: string
  origin: 'created' | 'adopted'
  /** A profile as bodies have it; what is left out has its default. */
  profile_json: string
  suspended_at: number | null
  deleted_at: number | null
  created_at: number
  updated_at: number
  version: number
  branch_due: string | null
  change: number
}

/** One row: the number of the last change of any tenant. Whoever changes one counts first, and so waits for the others. */
export type TenantChangeTable = { id: 1; number: number }
