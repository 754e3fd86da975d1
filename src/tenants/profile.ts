/**
 * What an operator sets for a tenant: its form in bodies and rows (snake_case, anything may be left out) and inside of
 * the product (everything there). Pure.
 */
import type { FromSchema } from 'json-schema-to-ts'
import type { JsonObject } from '../kernel/json.ts'
import { LIMIT_PROPERTIES, type LimitOverrides, readLimits, UNLIMITED, writeLimits } from '../plans/plan.ts'

export type TenantProfile = {
  name: string | null
  domain: string | null
  metadata: JsonObject
  labels: Readonly<Record<string, string>>
  plan: string
  limits: LimitOverrides
  settings: { features: readonly string[]; integrations: readonly string[]; customizations: JsonObject }
  /** Whole numbers from 0; null = unlimited. */
  quotaRequestsPerMinute: number | null
  quotaTokensPerMinute: number | null
  /** null = all; an empty list = none. */
  allowedModels: readonly string[] | null
  allowedTools: readonly string[] | null
}

const NAMES = { type: 'array', items: { type: 'string', minLength: 1, maxLength: 200 }, maxItems: 1_000 } as const
const ALLOWED = { ...NAMES, type: ['array', 'null'] } as const
const QUOTA = { type: ['integer', 'null'], minimum: -1, maximum: Number.MAX_SAFE_INTEGER } as const

export const PROFILE_PROPERTIES = {
  name: { type: ['string', 'null'], minLength: 1, maxLength: 200 },
  domain: {
    type: ['string', 'null'],
    maxLength: 253,
    pattern: '^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9-]{2,63}$',
    description: 'A host name in lower case.',
    examples: ['app.acme.com'],
  },
  metadata: { type: 'object', description: 'Whatever the operator wants to keep with the tenant.' },
  labels: {
    type: 'object',
    propertyNames: { pattern: '^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$' },
    additionalProperties: { type: 'string', maxLength: 200 },
    maxProperties: 64,
    description: 'What tenants are chosen by, such as `{"region": "eu"}`.',
  },
  plan: { type: 'string', default: UNLIMITED.name, description: 'One of those that /admin/plans lists.' },
  limits: {
    type: 'object',
    properties: LIMIT_PROPERTIES,
    additionalProperties: false,
    description: "What is here holds instead of the plan's.",
  },
  settings: {
    type: 'object',
    properties: { features: NAMES, integrations: NAMES, customizations: { type: 'object' } },
    additionalProperties: false,
  },
  quota_requests_per_minute: { ...QUOTA, description: '-1 or null = unlimited.' },
  quota_tokens_per_minute: { ...QUOTA, description: '-1 or null = unlimited.' },
  allowed_models: { ...ALLOWED, description: 'null = all, an empty list = none.' },
  allowed_tools: { ...ALLOWED, description: 'null = all, an empty list = none.' },
} as const

export const PROFILE_SCHEMA = {
  title: "A tenant's settings",
  type: 'object',
  properties: PROFILE_PROPERTIES,
  additionalProperties: false,
} as const

/** A profile as people write it. */
export type ProfileBody = FromSchema<typeof PROFILE_SCHEMA>

const unlimitedAsNull = (quota: number | null | undefined): number | null =>
  quota === undefined || quota === -1 ? null : quota

/** What is left out gets its default. */
export const profileOf = (body: ProfileBody): TenantProfile => ({
  name: body.name ?? null,
  domain: body.domain ?? null,
  metadata: (body.metadata ?? {}) as JsonObject,
  labels: body.labels ?? {},
  plan: body.plan ?? UNLIMITED.name,
  limits: readLimits((body.limits ?? {}) as Parameters<typeof readLimits>[0]),
  settings: {
    features: body.settings?.features ?? [],
    integrations: body.settings?.integrations ?? [],
    customizations: (body.settings?.customizations ?? {}) as JsonObject,
  },
  quotaRequestsPerMinute: unlimitedAsNull(body.quota_requests_per_minute),
  quotaTokensPerMinute: unlimitedAsNull(body.quota_tokens_per_minute),
  allowedModels: body.allowed_models ?? null,
  allowedTools: body.allowed_tools ?? null,
})

/** All of a profile, as bodies and rows hold it. */
export const profileBody = (profile: TenantProfile): JsonObject => ({
  name: profile.name,
  domain: profile.domain,
  plan: profile.plan,
  labels: { ...profile.labels },
  metadata: profile.metadata,
  limits: { ...writeLimits(profile.limits) },
  settings: {
    features: [...profile.settings.features],
    integrations: [...profile.settings.integrations],
    customizations: profile.settings.customizations,
  },
  quota_requests_per_minute: profile.quotaRequestsPerMinute,
  quota_tokens_per_minute: profile.quotaTokensPerMinute,
  allowed_models: profile.allowedModels && [...profile.allowedModels],
  allowed_tools: profile.allowedTools && [...profile.allowedTools],
})
