/** API keys. `id` is unique across tenants: it is all that a request is looked up by. */
export type ApiKeyTable = {
  id: string
  /** null = an operator's. */
  tenant: string | null
  name: string
  role: string
  /** Separated by spaces. */
  scopes: string
  user_id: string | null
  rate_limit: string | null
  /** HMAC of the whole key; the key itself is nowhere. */
  digest: string
  origin: 'issued' | 'imported'
  created_at: number
  created_by: string
  expires_at: number | null
  replaced_by: string | null
  revoked_at: number | null
  last_used_at: number | null
}
