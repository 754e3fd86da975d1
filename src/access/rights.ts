/**
 * Who may do what: the one table. A route names the right it takes; a role has rights; a key's scopes narrow them.
 * Pure. `test/access/rights.test.ts` walks every route of the API as every role and as nobody.
 */
import type { Actor, Role, Scope, TenantRole } from './actor.ts'

/** What each right within a tenant takes of a key's scopes, and the roles that have it. */
const TENANT_RIGHTS = {
  'config:read': { scope: 'read', roles: ['owner', 'admin', 'member', 'analyst', 'viewer'] },
  'config:write': { scope: 'write', roles: ['owner', 'admin', 'member'] },
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
} as const satisfies Record<string, { scope: Scope; roles: readonly TenantRole[] }>

/** Everything below `/admin`, across tenants: no role of a tenant has these. */
const OPERATOR_RIGHTS = {
  'tenants:read': { scope: 'read', roles: [] },
  'tenants:write': { scope: 'admin', roles: [] },
  'rollouts:read': { scope: 'read', roles: [] },
  'rollouts:write': { scope: 'admin', roles: [] },
} as const satisfies Record<string, { scope: Scope; roles: readonly TenantRole[] }>

const RIGHTS = { ...TENANT_RIGHTS, ...OPERATOR_RIGHTS }

export type TenantRight = keyof typeof TENANT_RIGHTS
export type OperatorRight = keyof typeof OPERATOR_RIGHTS
export type Right = TenantRight | OperatorRight

/** Actors without a role: whether they have every right, or none. */
const RUNS_THE_SERVICE: Readonly<Record<Exclude<Actor['kind'], 'key'>, boolean>> = {
  local: true,
  'admin-token': true,
  system: true,
  nobody: false,
}

/** The operator has every right; it is left out of the table. */
export function may(actor: Actor, right: Right): boolean {
  if (actor.kind !== 'key') return RUNS_THE_SERVICE[actor.kind]
  const { scope, roles } = RIGHTS[right]
  const hasRole = actor.role === 'operator' || (roles as readonly Role[]).includes(actor.role)
  return hasRole && actor.scopes.includes(scope)
}

/** The rights that a role has, before the scopes of a key narrow them. */
export const rightsOf = (role: Role): Right[] =>
  (Object.keys(RIGHTS) as Right[]).filter(
    (right) => role === 'operator' || (RIGHTS[right].roles as readonly Role[]).includes(role),
  )

/** A key may give away no more than it has: a role at most its own, and scopes among its own. */
export function mayGrant(actor: Actor, grant: { role: Role; scopes: readonly Scope[] }): boolean {
  if (actor.kind !== 'key') return RUNS_THE_SERVICE[actor.kind]
  return isAtMost(grant.role, actor.role) && grant.scopes.every((scope) => actor.scopes.includes(scope))
}

/** Whether `role` is `other` or below it. */
export const isAtMost = (role: Role, other: Role): boolean => rank(role) >= rank(other)

const RANKS: Readonly<Record<Role, number>> = { operator: 0, owner: 1, admin: 2, member: 3, analyst: 4, viewer: 5 }
const rank = (role: Role): number => RANKS[role]
