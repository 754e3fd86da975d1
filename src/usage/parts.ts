/**
 * Tenants fall into parts by their ids. What a part has used is written together, and added up together: a second of ten
 * thousand tenants is a few dozen rows, and the report of one tenant needs the rows of its part alone. Pure.
 */
import type { TenantId } from '../kernel/ids.ts'

/** Rows name their part: with another number, or another way to tell it, those that are there would not be found. */
export const PARTS = 64

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** From 0 to below `PARTS`, by FNV-1a. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function partOf(tenant: TenantId): number {
  let hash = FNV_OFFSET
  for (let at = 0; at < tenant.length; at += 1) hash = Math.imul(hash ^ tenant.charCodeAt(at), FNV_PRIME)
  return (hash >>> 0) % PARTS
}
