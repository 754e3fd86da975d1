/** Rows of the audit trail as the API and the command line show them. Pure. */
import type { AuditRow } from './row.ts'

/**
 * What a tenant sees of a row of its own: all but its place in the chain, which would tell how much others do, and the
 * hash, which says something only to who has the rows before.
 */
export function tenantAuditResource({ sequence: _place, hash: _hash, at, before, after, ...same }: AuditRow) {
  return { ...same, at: new Date(at).toISOString(), before: parsed(before), after: parsed(after) }
}

export const auditResource = (row: AuditRow) => ({
  sequence: row.sequence,
  ...tenantAuditResource(row),
  hash: row.hash,
})

/** A row that somebody tampered with is shown as it is: whoever looks for the damage must see it. */
function parsed(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
