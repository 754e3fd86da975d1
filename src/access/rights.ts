/**
 * Who may do what: the one table. A route names the right it takes; a role has rights; a key's scopes narrow them.
 * Pure. `test/access/rights.test.ts` walks every route of the API as every role and as nobody.
 */
import type { Actor, Role, Scope } from './actor.ts'

/** What each right takes of a key's scopes, and the least of the roles that have it. Roles are ordered (actor.ts). */
const RIGHTS = {
  'config:read': { scope: 'read', roles: ['owner', 'admin', 'member', 'analyst', 'viewer'] },
  'history:read': { scope: 'read', roles: ['owner', 'admin', 'member', 'analyst', 'viewer'] },
  'executions:read': { scope: 'read', roles: ['owner', 'admin', 'member', 'analyst', 'viewer'] },
  'usage:read': { scope: 'read', roles: ['owner', 'admin', 'member', 'analyst', 'viewer'] },
  'tools:run': { scope: 'run', roles: ['owner', 'admin', 'member', 'analyst'] },
  'users:read': { scope: 'read', roles: ['owner', 'admin', 'member', 'analyst', 'viewer'] },
  'users:write': { scope: 'admin', roles: ['owner', 'admin'] },
  'keys:read': { scope: 'admin', roles: ['owner', 'admin'] },
  'keys:write': { scope: 'admin', roles: ['owner', 'admin'] },
  'secrets:read': { scope: 'admin', roles: ['owner', 'admin'] },
  'secrets:write': { scope: 'admin', roles: ['owner', 'admin'] },
  'audit:read': { scope: 'admin', roles: ['owner', 'admin'] },
  /** Everything below `/admin`: across tenants. */
  'tenants:read': { scope: 'read', roles: [] },
  'tenants:write': { scope: 'admin', roles: [] },
} as const satisfies Record<string, { scope: Scope; roles: readonly Role[] }>

export type Right = keyof typeof RIGHTS

/** The operator has every right; it is left out of the table. */
export function may(actor: Actor, right: Right): boolean {
  if (actor.kind !== 'key') return true
  const { scope, roles } = RIGHTS[right]
  const hasRole = actor.role === 'operator' || (roles as readonly Role[]).includes(actor.role)
  return hasRole && actor.scopes.includes(scope)
}

/** A key may give away no more than it has: a role at most its own, and scopes among its own. */
export function mayGrant(actor: Actor, grant: { role: Role; scopes: readonly Scope[] }): boolean {
  if (actor.kind !== 'key') return true
  return rank(grant.role) >= rank(actor.role) && grant.scopes.every((scope) => actor.scopes.includes(scope))
}

const RANKS: Readonly<Record<Role, number>> = { operator: 0, owner: 1, admin: 2, member: 3, analyst: 4, viewer: 5 }
const rank = (role: Role): number => RANKS[role]
