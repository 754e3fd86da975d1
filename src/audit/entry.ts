/** One change that somebody made, as it is written down. Pure data. */
import type { Origin } from '../access/actor.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { Json } from '../kernel/json.ts'

export type AuditEntry = {
  /** A noun and a past participle, such as `tenant.created`, `key.rotated`, `access.denied`. */
  action: string
  /** null = of no one tenant. */
  tenant: TenantId | null
  /** What was changed, by its id; absent where the tenant itself is. */
  target?: string
  origin: Origin
  /** Without secrets: a key by its id, a secret by its name and version. */
  before?: Json
  after?: Json
}
