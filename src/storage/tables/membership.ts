/** Users: one row for each person in each tenant. */

export type MembershipTable = {
  tenant: string
  id: string
  /** In lower case; unique within the tenant. */
  email: string
  name: string
  role: 'owner' | 'admin' | 'member' | 'analyst' | 'viewer'
  joined_at: number
  last_active: number | null
}
