/** From what an operator writes to what can be done: every member checked, the errors with their places. */
import type { FromSchema } from 'json-schema-to-ts'
import type { Origin } from '../../access/actor.ts'
import type { Keys } from '../../access/keys/keys.ts'
import type { Violation } from '../../documents/violation.ts'
import { AppError, type ProblemItem } from '../../kernel/errors.ts'
import { parseTenantId, TENANT_ID_FORM, type TenantId } from '../../kernel/ids.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { mergePatch } from '../../kernel/merge-patch.ts'
import type { PlanCatalogue } from '../../plans/catalogue.ts'
import { compileValidator } from '../../schemas/ajv.ts'
import type { Email } from '../../users/user.ts'
import { parseEmail } from '../../users/user.ts'
import {
  PROFILE_PROPERTIES,
  PROFILE_SCHEMA,
  type ProfileBody,
  profileBody,
  profileOf,
  type TenantProfile,
} from '../profile.ts'
import type { NewTenant } from './create.ts'

export const CREATE_SCHEMA = {
  title: 'A new tenant',
  type: 'object',
  required: ['tenant_id'],
  properties: {
    tenant_id: { type: 'string', description: `${TENANT_ID_FORM}.` },
    ...PROFILE_PROPERTIES,
    owner_email: { type: 'string', description: 'Makes a user with this address and the role `owner`.' },
    issue_key: {
      type: 'boolean',
      description: 'Answers with `api_key`, a key for an owner, which is shown this once.',
    },
  },
  additionalProperties: false,
} as const

export type CreateBody = FromSchema<typeof CREATE_SCHEMA>

export type TenantRequests = {
  /** @throws AppError `body-invalid`, `tenant-invalid-id` */
  creation(body: unknown, origin: Origin): NewTenant
  /** @throws AppError `body-invalid` */
  profile(body: ProfileBody): TenantProfile
  /** `patch` laid over `profile` by RFC 7396. @throws AppError `body-invalid` */
  patched(profile: TenantProfile, patch: JsonObject): TenantProfile
}

export function createTenantRequests({
  plans,
  keys,
  newId,
  clock,
}: {
  plans: PlanCatalogue
  keys: Pick<Keys, 'prepare'>
  newId: () => string
  clock: { now(): number }
}): TenantRequests {
  const checkCreation = compileValidator(CREATE_SCHEMA)
  const checkProfile = compileValidator(PROFILE_SCHEMA)

  function profile(body: ProfileBody): TenantProfile {
    const made = profileOf(body)
    if (plans.find(made.plan)) return made
    throw invalid([{ pointer: '/plan', code: 'unknown-plan', detail: plans.advice(made.plan) }])
  }

  return {
    profile,
    patched(standing, patch) {
      const merged = mergePatch(profileBody(standing), patch)
      refuseViolations(checkProfile(merged))
      return profile(merged as ProfileBody)
    },
    creation(body, origin) {
      refuseViolations(checkCreation(body))
      const { tenant_id, owner_email, issue_key, ...rest } = body as CreateBody
      const id = requireTenantId(tenant_id)
      const made = profile(rest)
      const owner = owner_email === undefined ? undefined : ownerOf(emailOf(owner_email))
      const grant = { tenant: id, name: 'first key', role: 'owner', userId: owner?.id ?? null } as const
      const limits = { scopes: ['read', 'run', 'write', 'admin'], rateLimit: null, expiresAt: null } as const
      return { id, profile: made, owner, key: issue_key ? keys.prepare({ ...grant, ...limits }, origin) : undefined }
    },
  }

  function ownerOf(email: Email): NewTenant['owner'] {
    const name = email.slice(0, email.indexOf('@'))
    return { id: newId(), email, name, role: 'owner', joinedAt: new Date(clock.now()) }
  }
}

/** @throws AppError `tenant-invalid-id` */
export function requireTenantId(text: string): TenantId {
  const id = parseTenantId(text)
  if (id) return id
  throw new AppError('tenant-invalid-id', {
    detail: `"${text}" is no tenant id: ${TENANT_ID_FORM}.`,
    errors: [{ pointer: '/tenant_id', detail: `Write ${TENANT_ID_FORM}.` }],
  })
}

function emailOf(text: string): Email {
  try {
    return parseEmail(text)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw invalid([{ pointer: '/owner_email', detail: error.detail }])
  }
}

function refuseViolations(violations: readonly Violation[]): void {
  if (violations.length === 0) return
  throw invalid(violations.map(({ pointer, code, detail }) => ({ pointer, code, detail })))
}

const invalid = (errors: readonly ProblemItem[]): AppError =>
  new AppError('body-invalid', { detail: errors[0]?.detail ?? 'The body does not match its schema.', errors })
