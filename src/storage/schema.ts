/** The tables, as Kysely sees them. Instants are milliseconds since 1970; members named `*_json` hold JSON text. */

export type TenantTable = {
  id: string
  schema_name: string
  origin: 'created' | 'adopted'
  created_at: number
}

export type ExecutionTable = {
  tenant: string
  id: string
  revision: string
  kind: string
  name: string
  method: string
  status: string
  started_at: number
  duration_ms: number
  session_id: string | null
  request_id: string
  input_json: string | null
  output_json: string | null
  error_json: string | null
  steps_json: string
}

export type Database = {
  tenant: TenantTable
  execution: ExecutionTable
}
