/** `/openapi.json` (OpenAPI 3.1), made of the routes that are mounted and of the schemas that validate. Pure. */
import { PROBLEMS, type ProblemCode } from '../kernel/errors.ts'
import { ANSWER_HEADERS, headersOf, TENANT_PARAMETERS } from './openapi-headers.ts'
import type { BodyDescription, Operation, Parameter, Route } from './route.ts'

export type OpenApiInfo = { version: string }

/** What any route may answer, beside its own problems. */
export const FOR_ALL_ROUTES: readonly ProblemCode[] = [
  'forbidden-host',
  'headers-too-large',
  'internal',
  'request-malformed',
  'request-timeout',
]
const BY_ACCESS: Readonly<Record<Route['access'], readonly ProblemCode[]>> = {
  open: [],
  operator: ['access-denied', 'credentials-required', 'credentials-invalid', 'parameter-invalid'],
  tenant: [
    'access-denied',
    'parameter-invalid',
    'tenant-policy-denied',
    'tenant-quota-exceeded',
    'token-count-invalid',
    'tenant-required',
    'tenant-invalid-id',
    'credentials-required',
    'credentials-invalid',
    'tenant-mismatch',
    'tenant-suspended',
    'tenant-not-found',
    'tenant-name-taken',
    'tenant-branch-missing',
    'repository-failed',
  ],
}

const IDEMPOTENCY_HEADER: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Makes it safe to send the request again: it is done once, and a repeated one gets the first answer with `Idempotency-Replayed: true`, for 24 hours.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}
const IDEMPOTENCY_PROBLEMS: readonly ProblemCode[] = [
  'idempotency-conflict',
  'idempotency-key-invalid',
  'idempotency-key-reused',
]

export function openApiDocument(routes: readonly Route[], { version }: OpenApiInfo): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = route.path.replace('+}', '}')
    paths[path] = { ...paths[path], [route.method]: operationObject(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Espalier',
      version,
      summary: 'A configuration service in which every tenant is a Git branch.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: [
      { name: 'tenant', description: 'One tenant: its tools, workflows, configuration and executions.' },
      { name: 'admin', description: 'All tenants, for whoever runs the server.' },
      { name: 'operations', description: 'The server itself.' },
    ],
    paths,
    components: { schemas: { Problem: PROBLEM_SCHEMA }, headers: ANSWER_HEADERS, securitySchemes: SECURITY_SCHEMES },
  }
}

function operationObject(route: Route): object {
  const { id, summary, description, tag, parameters = [], body, responses }: Operation = route.operation
  const all = [
    ...(route.access === 'tenant' ? TENANT_PARAMETERS : []),
    ...(route.idempotent ? [IDEMPOTENCY_HEADER] : []),
    ...parameters,
  ]
  return {
    operationId: id,
    summary,
    ...(description ? { description } : {}),
    tags: [tag],
    ...securityOf(route),
    ...(all.length > 0 ? { parameters: all.map(parameterObject) } : {}),
    ...(body ? { requestBody: bodyObject(body) } : {}),
    responses: { ...answers(route, responses), ...problemResponses(route) },
  }
}

/** The last alternative is none at all: a server that only its own machine reaches trusts X-Tenant-ID. */
const CREDENTIALS = [{ bearer: [] }, { apiKey: [] }, {}]

const securityOf = (route: Route): object =>
  route.access === 'open' ? { security: [] } : { security: CREDENTIALS, 'x-right': route.right }

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or the admin token of the server.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key.' },
} as const

const parameterObject = (parameter: Parameter): object => ({
  ...parameter,
  required: parameter.in === 'path' || parameter.required === true,
})

const bodyObject = (body: BodyDescription | readonly BodyDescription[]): object => ({
  required: true,
  content: Object.fromEntries(
    [body]
      .flat()
      .map(({ contentType = 'application/json', schema, example }) => [
        contentType,
        { schema, ...(example === undefined ? {} : { example }) },
      ]),
  ),
})

const answers = (route: Route, responses: Operation['responses']): Record<string, object> =>
  Object.fromEntries(
    Object.entries(responses).map(([status, { description, schema, contentType, onRequest = {} }]) => [
      status,
      {
        description,
        headers: headersOf(route, Number(status)),
        ...(schema || contentType
          ? { content: { [contentType ?? 'application/json']: { schema: schema ?? {} }, ...mediaOf(onRequest) } }
          : {}),
      },
    ]),
  )

const mediaOf = (schemas: Readonly<Record<string, object>>): Record<string, object> =>
  Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }]))

/** Every problem that a route may answer: its own, and those of what stands before its handler. */
export function problemsOf({ access, effect, idempotent, operation }: Route): ReadonlySet<ProblemCode> {
  const codes = [...FOR_ALL_ROUTES, ...BY_ACCESS[access], ...(operation.problems ?? [])]
  if (effect === 'acts') codes.push('forbidden-origin')
  if (idempotent) codes.push(...IDEMPOTENCY_PROBLEMS)
  return new Set(codes)
}

/** One response for each status, naming the codes that it may carry. */
function problemResponses(route: Route): Record<string, object> {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of problemsOf(route)) {
    const { status } = PROBLEMS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      String(status),
      {
        description: named.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
        headers: headersOf(route, status),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'What went wrong (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    type: { type: 'string', description: 'The page that explains the code.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong here, and what would be right.' },
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: { type: 'string', description: 'RFC 6901.' },
          detail: { type: 'string' },
          code: { type: 'string' },
          file: { type: 'string' },
          line: { type: 'integer', minimum: 1 },
          column: { type: 'integer', minimum: 1 },
        },
      },
    },
  },
} as const
