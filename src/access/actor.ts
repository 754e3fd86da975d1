/**
 * Who asks. Made by authentication alone (`http/authentication.ts`); everything else only reads it.
 * Invariant: an actor that is bound to a tenant can reach that tenant and no other, whatever a header says.
 */
import type { TenantId } from '../kernel/ids.ts'
import type { RateLimit } from './keys/rate-limit.ts'

/** From all to least. `operator` runs the service: it acts across tenants and is no role within one. */
export const ROLES = ['operator', 'owner', 'admin', 'member', 'analyst', 'viewer'] as const
export type Role = (typeof ROLES)[number]
/** What a member of a tenant can be. */
export type TenantRole = Exclude<Role, 'operator'>
export const TENANT_ROLES = ROLES.filter((role): role is TenantRole => role !== 'operator')

/** What a key is limited to, whatever its role allows. */
export const SCOPES = ['read', 'run', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export type Actor =
  /** No credential, on a server that only this machine can reach: whoever sits here runs the service. */
  | { kind: 'local' }
  /** The admin token of the environment. */
  | { kind: 'admin-token' }
  /** An API key. `tenant` is null for an operator's key. */
  | {
      kind: 'key'
      keyId: string
      tenant: TenantId | null
      role: Role
      scopes: readonly Scope[]
      /** The person it was issued to; null = a program. */
      userId: string | null
      /** The key's own limit; null = none. */
      rateLimit: RateLimit | null
    }
  /** Presented nothing that is known here: may do nothing, and stands only in audit rows of refusals. */
  | { kind: 'nobody' }
  /** The product itself, such as the adoption of a branch that was made by hand. */
  | { kind: 'system' }

/** Where a change came from: what an audit row says beside what changed. */
export type Origin = {
  actor: Actor
  requestId: string
  /** The address of the caller; null where there was none (command line, the product itself). */
  address: string | null
}

/** The actor in one word and its id, for logs, audit rows and the author of commits. */
export function actorName(actor: Actor): string {
  return actor.kind === 'key' ? `key:${actor.keyId}` : actor.kind
}
