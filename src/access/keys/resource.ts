/** A key as the API and the command line show it: snake_case members, and never its digest. Pure. */
import { SCOPES, TENANT_ROLES } from '../actor.ts'
import { type ApiKey, statusOf } from './key.ts'
import { RATE_LIMIT_PATTERN } from './rate-limit.ts'

export function keyResource(key: ApiKey, nowMs: number) {
  return {
    id: key.id,
    tenant_id: key.tenant,
    name: key.name,
    role: key.role,
    scopes: key.scopes,
    user_id: key.userId,
    rate_limit: key.rateLimit,
    origin: key.origin,
    status: statusOf(key, nowMs),
    created_at: new Date(key.createdAt).toISOString(),
    created_by: key.createdBy,
    expires_at: isoOf(key.expiresAt),
    last_used_at: isoOf(key.lastUsedAt),
    revoked_at: isoOf(key.revokedAt),
    replaced_by: key.replacedBy,
  }
}

const isoOf = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString())

const INSTANT = { type: ['string', 'null'], format: 'date-time' } as const
const ID = { type: ['string', 'null'] } as const
const SCOPE_LIST = { type: 'array', items: { enum: SCOPES } } as const

export const KEY_SCHEMA = {
  type: 'object',
  required: ['id', 'tenant_id', 'name', 'role', 'scopes', 'origin', 'status', 'created_at', 'created_by'],
  properties: {
    id: { type: 'string', description: 'The third part of the key; not a secret.' },
    tenant_id: { ...ID, description: "null: an operator's." },
    name: { type: 'string' },
    role: { enum: ['operator', ...TENANT_ROLES] },
    scopes: SCOPE_LIST,
    user_id: ID,
    rate_limit: ID,
    origin: { enum: ['issued', 'imported'], description: '`imported`: another service made it.' },
    status: {
      enum: ['active', 'rotated', 'expired', 'revoked'],
      description: '`rotated`: it still works, until `expires_at`.',
    },
    created_at: { type: 'string', format: 'date-time' },
    created_by: { type: 'string' },
    expires_at: INSTANT,
    last_used_at: { ...INSTANT, description: 'To the minute.' },
    revoked_at: INSTANT,
    replaced_by: { ...ID, description: 'The key that it was rotated to.' },
  },
} as const

/** What a new key may be told, beside its role. */
const GRANT_PROPERTIES = {
  name: { type: 'string', minLength: 1, maxLength: 100, description: 'For people, such as `nightly import`.' },
  scopes: { ...SCOPE_LIST, minItems: 1, uniqueItems: true, description: 'Absent: all that the role can use.' },
  expires_at: { type: 'string', format: 'date-time', description: 'The first instant at which it is dead.' },
  rate_limit: { type: 'string', pattern: RATE_LIMIT_PATTERN, examples: ['100/minute'] },
} as const

export const TENANT_KEY_BODY = {
  title: 'A new key of a tenant',
  type: 'object',
  required: ['name', 'role'],
  properties: {
    ...GRANT_PROPERTIES,
    role: { enum: TENANT_ROLES },
    user_id: {
      type: 'string',
      minLength: 1,
      maxLength: 100,
      description: 'The user it is issued to: it has their role at most, and ends with them.',
    },
  },
  additionalProperties: false,
} as const

export const OPERATOR_KEY_BODY = {
  title: 'A new key of an operator',
  type: 'object',
  required: ['name'],
  properties: GRANT_PROPERTIES,
  additionalProperties: false,
} as const

const MAX_GRACE_SECONDS = 30 * 86_400

export const ROTATE_BODY = {
  title: 'How long the old key goes on to work',
  type: 'object',
  properties: {
    grace_seconds: { type: 'integer', minimum: 1, maximum: MAX_GRACE_SECONDS },
    at_once: { const: true },
  },
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
} as const
