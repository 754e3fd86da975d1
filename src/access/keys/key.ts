/**
 * An API key as it is kept, and when it is in force. Pure.
 * Invariants: the text of a key is kept nowhere: it is in the answer that issues it, and in the memory of the connections over
 * which it comes; a key of no tenant is an
 * operator's, and no other key has the role `operator`.
 */
import type { TenantId } from '../../kernel/ids.ts'
import { type Actor, type Role, SCOPES, type Scope } from '../actor.ts'
import type { KeyDigests } from './digest.ts'
import { newKeyText } from './format.ts'
import { parseRateLimit } from './rate-limit.ts'

/** What a key allows, as whoever issues it says. Instants are milliseconds since 1970. */
export type KeyGrant = {
  /** null = an operator's. */
  tenant: TenantId | null
  /** For people, such as `nightly import`. */
  name: string
  role: Role
  scopes: readonly Scope[]
  /** The person it is issued to; null = a program. */
  userId: string | null
  /** Such as `100/minute`; null = no limit of its own. */
  rateLimit: string | null
  /** The first instant at which it is dead; null = never. */
  expiresAt: number | null
}

export type ApiKey = KeyGrant & {
  id: string
  /** HMAC of the whole key. */
  digest: string
  /** `imported`: another service made it. */
  origin: 'issued' | 'imported'
  createdAt: number
  /** The actor's name. */
  createdBy: string
  /** The key that it was rotated to: from then on it only waits for its end. */
  replacedBy: string | null
  revokedAt: number | null
  /** To the minute. */
  lastUsedAt: number | null
}

export type KeyStatus = 'active' | 'rotated' | 'expired' | 'revoked'

/** `rotated` keys still work, until `expiresAt`. */
export function statusOf(key: ApiKey, nowMs: number): KeyStatus {
  if (key.revokedAt !== null) return 'revoked'
  if (key.expiresAt !== null && nowMs >= key.expiresAt) return 'expired'
  return key.replacedBy === null ? 'active' : 'rotated'
}

/** Also a rotated key is, until its grace ends: that is its `expiresAt`. */
export const isInForce = (key: ApiKey, nowMs: number): boolean =>
  key.revokedAt === null && (key.expiresAt === null || nowMs < key.expiresAt)

/** The scopes that a role can use: what a key gets where nobody says. */
export const SCOPES_OF_ROLE: Readonly<Record<Role, readonly Scope[]>> = {
  operator: SCOPES,
  owner: SCOPES,
  admin: SCOPES,
  member: ['read', 'run', 'write'],
  analyst: ['read', 'run'],
  viewer: ['read'],
}

export type Issued = { key: ApiKey; text: string }

/** A new key for `grant`. `text` is what its holder gets, and cannot be had again. */
export function issueKey(
  grant: KeyGrant,
  { environment, digests, nowMs, by }: { environment: string; digests: KeyDigests; nowMs: number; by: string },
): Issued {
  const { id, text } = newKeyText(environment)
  return { text, key: { ...grant, ...fresh(nowMs, by), id, digest: digests.of(text), origin: 'issued' } }
}

/** The key `text`, which another service made, for `grant`: it goes on to work as it is. */
export const adoptKey = (
  text: string,
  grant: KeyGrant,
  { digests, nowMs, by }: { digests: KeyDigests; nowMs: number; by: string },
): ApiKey => ({
  ...grant,
  ...fresh(nowMs, by),
  id: digests.foreignId(text),
  digest: digests.of(text),
  origin: 'imported',
})

const fresh = (nowMs: number, by: string) => ({
  createdAt: nowMs,
  createdBy: by,
  replacedBy: null,
  revokedAt: null,
  lastUsedAt: null,
})

const actors = new WeakMap<ApiKey, Actor>()

/** Who asks with `key`: one object for as long as the key is in memory as it stands. */
export function actorOf(key: ApiKey): Actor {
  const known = actors.get(key)
  if (known) return known
  const actor: Actor = {
    kind: 'key',
    keyId: key.id,
    tenant: key.tenant,
    role: key.role,
    scopes: key.scopes,
    userId: key.userId,
    rateLimit: (key.rateLimit === null ? undefined : parseRateLimit(key.rateLimit)) ?? null,
  }
  actors.set(key, actor)
  return actor
}
