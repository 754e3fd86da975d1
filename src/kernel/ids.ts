/**
 * Names that must not be mixed up, as branded types. Only the functions here make them, so a value of the type has
 * been checked. Invariant: a `TenantId` is a valid component of a Git ref, of a metrics label and of a queue's name.
 */

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type TenantId = Branded<'TenantId'>
/** A Git object id of 40 hexadecimal digits (SHA-1). */
export type Oid = Branded<'Oid'>
/** A full ref name, such as `refs/heads/customer/acme-corp`. */
export type RefName = Branded<'RefName'>

const TENANT_ID = /^[a-z0-9](?:[a-z0-9_-]{0,54}[a-z0-9])?$/
const OID = /^[0-9a-f]{40}$/

/** What a tenant id looks like, for messages. */
export const TENANT_ID_FORM =
  '1 to 56 characters of a-z, 0-9, "-" and "_", with a letter or digit at both ends, such as "acme-corp"'

/** undefined: it is no tenant id. Whether there is such a tenant is another question. */
export const parseTenantId = (text: string): TenantId | undefined =>
  TENANT_ID.test(text) ? (text as TenantId) : undefined

/** undefined: not 40 hexadecimal digits in lower case. */
export const parseOid = (text: string): Oid | undefined => (OID.test(text) ? (text as Oid) : undefined)
