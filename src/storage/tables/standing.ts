/** The last good commit of a tenant, and the head that was refused after it. */
export type StandingTable = {
  tenant: string
  good: string | null
  refused: string | null
  since: number
}
