/**
 * The last step before a tenant's request is served: may the tenant use this model and these tools, and has it any of its
 * quota left. Policy comes first, so that a denied call costs nothing.
 */
import type { Actor } from '../access/actor.ts'
import type { RateLimit } from '../access/keys/rate-limit.ts'
import { AppError } from '../kernel/errors.ts'
import { ALL_ALLOWED, decide, type PolicySubject } from '../policies/policy.ts'
import { costOf, type Limit, type LimitName } from '../quotas/admit.ts'
import type { Quotas, Spent } from '../quotas/quotas.ts'
import type { TenantSettings } from '../tenants/settings.ts'
import { type AnswerHeaders, type Ctx, requestHeader } from './exchange.ts'
import type { TenantScope } from './tenant-scope.ts'

export type Gate = {
  /**
   * Admits the request, once, or throws. Leaves what remains of the quota in `scope.quotaHeaders`.
   * @param tools what the request is about to run, by name
   * @throws AppError `tenant-policy-denied`, `tenant-quota-exceeded`, `token-count-invalid`
   */
  admit(c: Ctx, scope: TenantScope, tools: readonly string[]): void | Promise<void>
}

export function createGate({
  settingsOf,
  quotas,
}: {
  settingsOf(scope: TenantScope): TenantSettings
  quotas: Quotas
}): Gate {
  return {
    admit(c, scope, tools) {
      const settings = settingsOf(scope)
      const subjects = subjectsOf(c, tools)
      if (subjects.length > 0) requireAllowed(subjects, settings, scope)
      const { actor, address } = scope.origin
      scope.isCounted = true
      const tokens = tokenCount(c)
      const spent = quotas.spend({
        tenant: scope.tenant,
        limits: settings,
        tokens,
        key: keyRate(actor),
        address,
      })
      const settle = (result: Spent): void => {
        if (result.limits.length > 0) scope.quotaHeaders = quotaHeaders(result)
        if (result.admission.kind === 'refused') throw exceeded(result.admission, tokens, scope.quotaHeaders ?? {})
      }
      return spent instanceof Promise ? spent.then(settle) : settle(spent)
    },
  }
}

/** What the caller says that it is about to use, and what it is about to run. */
function subjectsOf(c: Ctx, tools: readonly string[]): PolicySubject[] {
  const subjects: PolicySubject[] = []
  const model = requestHeader(c, 'x-model')
  if (model) subjects.push({ kind: 'model', name: model })
  const tool = requestHeader(c, 'x-tool')
  if (tool) subjects.push({ kind: 'tool', name: tool })
  for (const name of tools) subjects.push({ kind: 'tool', name })
  return subjects
}

function requireAllowed(subjects: readonly PolicySubject[], settings: TenantSettings, { served }: TenantScope): void {
  const branch = served.kind === 'invalid' ? ALL_ALLOWED : served.snapshot.policy
  for (const subject of subjects) {
    const decision = decide({ operator: settings, branch }, subject)
    if (decision.kind === 'allowed') continue
    throw new AppError('tenant-policy-denied', { detail: decision.reason, data: { reason: decision.reason } })
  }
}

const TOKEN_COUNT = /^\d{1,12}$/

function tokenCount(c: Ctx): number {
  const text = requestHeader(c, 'x-token-count')
  if (text === undefined) return 0
  if (TOKEN_COUNT.test(text)) return Number(text)
  throw new AppError('token-count-invalid', { detail: 'X-Token-Count must be a whole number from 0 to 999999999999.' })
}

const keyRate = (actor: Actor): { id: string; rate: RateLimit } | undefined =>
  actor.kind === 'key' && actor.rateLimit ? { id: actor.keyId, rate: actor.rateLimit } : undefined

/** draft-ietf-httpapi-ratelimit-headers-10, and the older pair that some clients read. */
function quotaHeaders({ limits, left }: Spent): AnswerHeaders {
  const headers: AnswerHeaders = {}
  let policy = ''
  let rate = ''
  for (const [index, { name, policyItem }] of limits.entries()) {
    const separator = index === 0 ? '' : ', '
    policy += separator + policyItem
    rate += `${separator}"${name}";r=${left[index]}`
    const older = OLDER_HEADERS[name]
    if (older) headers[older] = String(left[index])
  }
  headers['RateLimit-Policy'] = policy
  headers.RateLimit = rate
  return headers
}

const OLDER_HEADERS: Partial<Record<LimitName, string>> = {
  'requests-per-minute': 'X-Quota-Remaining-Requests',
  'tokens-per-minute': 'X-Quota-Remaining-Tokens',
}

function exceeded(refusal: { limit: Limit; retryAfterMs: number }, tokens: number, headers: AnswerHeaders): AppError {
  const { name, limit } = refusal.limit
  if (refusal.retryAfterMs === Number.POSITIVE_INFINITY) {
    return new AppError('tenant-quota-exceeded', {
      detail: `The limit ${name} is ${limit}, and this request alone takes ${costOf(refusal.limit, tokens)}.`,
      data: { limit: name },
      headers,
    })
  }
  const seconds = Math.max(1, Math.ceil(refusal.retryAfterMs / 1000))
  return new AppError('tenant-quota-exceeded', {
    detail: `The limit ${name} of ${limit} is used up; try again in ${seconds} s.`,
    data: { limit: name },
    headers: { ...headers, 'Retry-After': String(seconds) },
  })
}
