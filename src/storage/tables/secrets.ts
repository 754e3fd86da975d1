/** The tables of secrets and of the keys above them, as Kysely sees them. Nothing in them can be read without a master key. */

export type SecretTable = {
  tenant: string
  name: string
  version: number
  key_version: number
  sealed: string
  created_at: number
  updated_at: number
}

export type DataKeyTable = {
  tenant: string
  version: number
  master_id: string
  wrapped: string
  created_at: number
}

/** One row: the master key that all data keys are wrapped by. Null until the first start. */
export type KeyRingTable = { id: 1; master_id: string | null }
