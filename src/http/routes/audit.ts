/** `/admin/audit`, and a tenant's own part of it, `/api/v1/audit`. */
import { auditResource, tenantAuditResource } from '../../audit/resource.ts'
import { type AuditRow, HASHED_MEMBERS } from '../../audit/row.ts'
import type { AuditFilter, AuditScope, AuditStore } from '../../audit/store.ts'
import { AppError } from '../../kernel/errors.ts'
import { parseTenantId, TENANT_ID_FORM } from '../../kernel/ids.ts'
import { type AnswerHeaders, answerJson, type Ctx, type Reply, requestHeader } from '../exchange.ts'
import { answerNdjson, NDJSON } from '../ndjson.ts'
import { PAGE_PARAMETERS, pageOf, pageSchema } from '../paging.ts'
import type { Parameter, Route } from '../route.ts'
import { scopeHeaders } from '../tenant-scope.ts'

const nullable = (description: string) => ({ type: ['string', 'null'], description })

const TENANT_ROW = {
  type: 'object',
  required: HASHED_MEMBERS.filter((name) => name !== 'sequence'),
  properties: {
    id: { type: 'string' },
    at: { type: 'string', format: 'date-time' },
    action: { type: 'string', examples: ['tenant.created', 'secret.written', 'access.denied'] },
    tenant: nullable('Whose change it is.'),
    target: nullable('What was changed, by its id; null where the tenant itself is.'),
    actor: {
      type: 'string',
      description: '`key:<id>`, `local`, `admin-token`, `system`; `nobody` without an identity.',
    },
    person: nullable('The user whose key it was.'),
    address: nullable('Where the request came from; null for the command line and the product itself.'),
    requestId: { type: 'string' },
    before: { description: 'Without secrets; null where there was nothing.' },
    after: { description: 'Without secrets; null where nothing is left.' },
  },
}

const ROW = {
  ...TENANT_ROW,
  required: [...HASHED_MEMBERS, 'hash'],
  properties: {
    sequence: { type: 'integer', description: 'Its place in the chain, from 1.' },
    ...TENANT_ROW.properties,
    hash: { type: 'string', description: 'SHA-256 over the row and the hash of the row before it.' },
  },
}

const instantParameter = (name: string, description: string): Parameter => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string', format: 'date-time', examples: ['2026-03-01T00:00:00Z'] },
})

const FILTERS: readonly Parameter[] = [
  { name: 'action', in: 'query', description: 'Only this action.', schema: { type: 'string' } },
  { name: 'actor', in: 'query', description: 'Only this actor, such as `key:abc`.', schema: { type: 'string' } },
  instantParameter('from', 'Not before this instant.'),
  instantParameter('to', 'Before this instant.'),
]

const TENANT_FILTER: Parameter = {
  name: 'tenant',
  in: 'query',
  description: 'Only rows of this tenant.',
  schema: { type: 'string' },
}

const NOTE = `Newest first. With \`Accept: ${NDJSON}\` all rows that match come as a stream, one JSON object a line.`

export function auditRoutes({ store }: { store: AuditStore }): Route[] {
  async function answer(
    c: Ctx,
    scope: AuditScope,
    { resource, headers = {} }: { resource: (row: AuditRow) => object; headers?: AnswerHeaders },
  ): Promise<Reply> {
    const filter = filterOf(c)
    const vary = { ...headers, Vary: headers.Vary ? `${headers.Vary}, Accept` : 'Accept' }
    if ((requestHeader(c, 'accept') ?? '').startsWith(NDJSON)) {
      return answerNdjson(c, { rows: store.stream(scope, filter), line: resource, headers: vary })
    }
    const { items, ...rest } = await store.list(scope, { filter, ...pageOf(c) })
    return answerJson(c, { items: items.map(resource), ...rest }, { headers: vary })
  }

  return [
    {
      method: 'get',
      path: '/admin/audit',
      access: 'operator',
      right: 'tenants:read',
      effect: 'reads',
      operation: {
        id: 'list-audit',
        summary: 'What was changed and what was denied, across tenants',
        description: NOTE,
        tag: 'admin',
        parameters: [TENANT_FILTER, ...FILTERS, ...PAGE_PARAMETERS],
        responses: { 200: { description: 'A page of rows.', schema: pageSchema(ROW), onRequest: { [NDJSON]: ROW } } },
        problems: ['parameter-invalid', 'tenant-invalid-id'],
      },
      handle: (c) => answer(c, scopeOf(c), { resource: auditResource }),
    },
    {
      method: 'get',
      path: '/api/v1/audit',
      access: 'tenant',
      right: 'audit:read',
      effect: 'reads',
      operation: {
        id: 'list-tenant-audit',
        summary: 'What was changed and what was denied in this tenant',
        description: NOTE,
        tag: 'tenant',
        parameters: [...FILTERS, ...PAGE_PARAMETERS],
        responses: {
          200: { description: 'A page of rows.', schema: pageSchema(TENANT_ROW), onRequest: { [NDJSON]: TENANT_ROW } },
        },
        problems: ['parameter-invalid'],
      },
      handle: (c, scope) =>
        answer(
          c,
          { kind: 'tenant', tenant: scope.tenant },
          { resource: tenantAuditResource, headers: scopeHeaders(scope) },
        ),
    },
  ]
}

function scopeOf(c: Ctx): AuditScope {
  const text = c.query('tenant')
  if (text === undefined) return { kind: 'all' }
  const tenant = parseTenantId(text)
  if (tenant) return { kind: 'tenant', tenant }
  throw new AppError('tenant-invalid-id', { detail: `"${text}" is no tenant id: ${TENANT_ID_FORM}.` })
}

function filterOf(c: Ctx): AuditFilter {
  const action = c.query('action')
  const actor = c.query('actor')
  const from = instantOf(c, 'from')
  const to = instantOf(c, 'to')
  return {
    ...(action === undefined ? {} : { action }),
    ...(actor === undefined ? {} : { actor }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}

function instantOf(c: Ctx, name: 'from' | 'to'): number | undefined {
  const text = c.query(name)
  if (text === undefined) return undefined
  const at = Date.parse(text)
  if (!Number.isNaN(at)) return at
  throw new AppError('parameter-invalid', { detail: `${name} must be an instant such as 2026-03-01T00:00:00Z.` })
}
