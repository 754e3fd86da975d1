/**
 * Who stands in a commit as its author: the person whose key it is, else the key by its name, else whoever runs the
 * service. Never what a request says of itself.
 */
import type { Actor } from '../access/actor.ts'
import type { Identity } from '../git/objects/commit-bytes.ts'
import type { TenantId } from '../kernel/ids.ts'

export type AuthorSources = {
  /** Undefined where the tenant has no such user any more. */
  user(tenant: TenantId, id: string): Promise<Identity | undefined>
  /** What the key is called; undefined where it is gone. */
  keyName(owner: TenantId | null, keyId: string): Promise<string | undefined>
  /** Whoever runs the service. */
  operator: Identity
}

/** The address of a key: a domain that nobody can have (RFC 2606). */
const KEY_DOMAIN = 'keys.espalier.invalid'

/** The person whose key it is, else the key by its name, else whoever runs the service. */
export async function authorOf(actor: Actor, { user, keyName, operator }: AuthorSources): Promise<Identity> {
  if (actor.kind !== 'key') return operator
  const { tenant, userId, keyId } = actor
  const person = tenant !== null && userId !== null ? await user(tenant, userId) : undefined
  return person ?? { name: (await keyName(tenant, keyId)) ?? keyId, email: `${keyId}@${KEY_DOMAIN}` }
}
