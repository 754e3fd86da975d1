/**
 * A user: a person as one tenant knows them. Pure.
 * Invariants: a person is known across tenants by the email address alone; the id, the name and everything else belong to
 * one tenant, so that nobody can tell from a user of theirs whether another tenant has the same person.
 */

import type { TenantRole } from '../access/actor.ts'
import { type Right, rightsOf } from '../access/rights.ts'
import { AppError } from '../kernel/errors.ts'
import type { TenantId } from '../kernel/ids.ts'

export type User = {
  /** UUID version 7, of this tenant alone. */
  id: string
  tenant: TenantId
  email: Email
  name: string
  role: TenantRole
  joinedAt: Date
  /** The last request with a key that was issued to this user; null = none yet. */
  lastActive: Date | null
}

declare const brand: unique symbol
/** An address in lower case, as `parseEmail` makes it. */
export type Email = string & { readonly [brand]: 'Email' }

/** RFC 5321, section 4.5.3.1. */
const LIMITS = { local: 64, address: 254 } as const
/**
 * A dot-atom (RFC 5322, section 3.2.3) and a host name of two labels or more. Quoted local parts and address literals
 * are refused: no mail provider gives them out.
 */
const ADDRESS =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * One spelling for one mailbox: without spaces around it, in lower case.
 * @throws AppError `body-invalid`
 */
export function parseEmail(text: string): Email {
  const address = text.trim().toLowerCase()
  const isShort = address.length <= LIMITS.address && address.indexOf('@') <= LIMITS.local
  if (isShort && ADDRESS.test(address)) return address as Email
  throw new AppError('body-invalid', {
    detail: 'The email address must look like "name@example.com".',
    errors: [{ pointer: '/email', detail: 'Write an address such as "name@example.com".' }],
  })
}

/** What the user may do in the tenant: what the role gives, by the one table of rights. */
export const permissionsOf = ({ role }: Pick<User, 'role'>): readonly Right[] => rightsOf(role)
