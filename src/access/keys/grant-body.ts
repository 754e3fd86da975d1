/** Requests for keys as clients write them, as what the domain understands. Pure. */
import { AppError } from '../../kernel/errors.ts'
import type { Role, Scope } from '../actor.ts'
import { type KeyGrant, SCOPES_OF_ROLE } from './key.ts'
import type { Grace } from './keys.ts'
import type { KeyOwner } from './store.ts'

/** The members of `TENANT_KEY_BODY` and `OPERATOR_KEY_BODY`, whose schemas they have matched. */
export type GrantBody = {
  name: string
  role?: Role
  scopes?: readonly Scope[]
  user_id?: string
  expires_at?: string
  rate_limit?: string
}

/** @throws AppError `body-invalid` where the key would be dead from the first */
export function grantOf(owner: KeyOwner, body: GrantBody, nowMs: number): KeyGrant {
  const role = owner === null ? 'operator' : (body.role ?? 'viewer')
  const expiresAt = body.expires_at === undefined ? null : Date.parse(body.expires_at)
  if (expiresAt !== null && !(expiresAt > nowMs)) {
    const detail = 'expires_at must be an instant that is still to come.'
    throw new AppError('body-invalid', { detail, errors: [{ pointer: '/expires_at', detail }] })
  }
  return {
    tenant: owner,
    name: body.name,
    role,
    scopes: body.scopes ?? SCOPES_OF_ROLE[role],
    userId: body.user_id ?? null,
    rateLimit: body.rate_limit ?? null,
    expiresAt,
  }
}

/** The one member that `ROTATE_BODY` lets through. */
export const graceOf = ({ grace_seconds }: { grace_seconds?: number; at_once?: true }): Grace =>
  grace_seconds === undefined ? { kind: 'none' } : { kind: 'ms', ms: grace_seconds * 1_000 }
