/** The headers that requests and answers carry, as `/openapi.json` describes them. Pure. */
import type { Parameter, Route } from './route.ts'

type Header = { description: string; schema: object }

/** Every header of an answer, by its name; `components.headers` of the document. */
export const ANSWER_HEADERS = {
  'X-Request-ID': { description: "The request's id: the caller's own, or one made here.", schema: { type: 'string' } },
  'X-Config-Revision': { description: 'The commit that answered.', schema: { type: 'string' } },
  'X-Config-Degraded': { description: 'The newer commit that is not valid, if any.', schema: { type: 'string' } },
  ETag: { description: 'Of what was answered, for If-None-Match and If-Match.', schema: { type: 'string' } },
  Link: { description: 'The next page, with `rel="next"`; absent on the last.', schema: { type: 'string' } },
  Location: { description: 'Where what was made can be read.', schema: { type: 'string' } },
  'RateLimit-Policy': { description: "The tenant's limits; absent where it has none.", schema: { type: 'string' } },
  RateLimit: { description: 'What is left of them.', schema: { type: 'string' } },
  'X-Quota-Remaining-Requests': { description: 'Requests left in this minute.', schema: { type: 'integer' } },
  'X-Quota-Remaining-Tokens': { description: 'Tokens left in this minute.', schema: { type: 'integer' } },
  'Retry-After': { description: 'Seconds to wait, which are enough.', schema: { type: 'integer', minimum: 1 } },
  'WWW-Authenticate': { description: 'How to present a credential.', schema: { type: 'string' } },
  'Idempotency-Replayed': {
    description: '`true`: this is the answer to an earlier request.',
    schema: { const: 'true' },
  },
} as const satisfies Record<string, Header>

type HeaderName = keyof typeof ANSWER_HEADERS

const TENANT_HEADERS: readonly HeaderName[] = [
  'X-Config-Revision',
  'X-Config-Degraded',
  'RateLimit-Policy',
  'RateLimit',
  'X-Quota-Remaining-Requests',
  'X-Quota-Remaining-Tokens',
]

/** Those that only some statuses have. */
const BY_STATUS: Readonly<Record<number, readonly HeaderName[]>> = {
  304: ['ETag'],
  401: ['WWW-Authenticate'],
  409: ['Retry-After'],
  429: ['Retry-After'],
  503: ['Retry-After'],
}

/** The `headers` of one response of a route. */
export function headersOf(route: Route, status: number): Record<string, { $ref: string }> {
  const isDone = status < 300
  const own = route.operation.responses[status]?.headers ?? []
  const names: HeaderName[] = ['X-Request-ID', ...(BY_STATUS[status] ?? []), ...own]
  if (route.access === 'tenant' && status !== 401) names.push(...TENANT_HEADERS)
  if (route.operation.responses[304] && isDone) names.push('ETag')
  if (route.idempotent && isDone) names.push('Idempotency-Replayed')
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

/** What a request of a tenant may say of itself, for its policy and its quota. */
export const TENANT_PARAMETERS: readonly Parameter[] = [
  {
    name: 'X-Tenant-ID',
    in: 'header',
    description: 'The tenant whose branch answers. A key of a tenant decides it, and this may only repeat it.',
    schema: { type: 'string', examples: ['acme-corp'] },
  },
  {
    name: 'X-Model',
    in: 'header',
    description: 'The model that the caller is about to use: refused where the policy does not allow it.',
    schema: { type: 'string' },
  },
  {
    name: 'X-Tool',
    in: 'header',
    description: 'The tool that the caller is about to use: refused where the policy does not allow it.',
    schema: { type: 'string' },
  },
  {
    name: 'X-Token-Count',
    in: 'header',
    description: 'Tokens that the request spends of the quota.',
    schema: { type: 'integer', minimum: 0 },
  },
]
