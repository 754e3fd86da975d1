/** `/admin/tenants`: creating and seeing tenants. */
import type { FromSchema } from 'json-schema-to-ts'
import { AppError } from '../../kernel/errors.ts'
import { parseTenantId, TENANT_ID_FORM, type TenantId } from '../../kernel/ids.ts'
import type { TenantRegistry } from '../../tenants/registry.ts'
import type { TenantReports } from '../../tenants/report.ts'
import { tenantResource, usageResource } from '../../tenants/resource.ts'
import type { Tenant } from '../../tenants/tenant.ts'
import { createdText, listText, usageText } from '../../tenants/text.ts'
import { jsonBody } from '../body.ts'
import { answerJson, answerText, type Ctx, wantsText } from '../exchange.ts'
import { PAGE_PARAMETERS, pageOf, pageSchema } from '../paging.ts'
import type { Route } from '../route.ts'

const CREATE_BODY = {
  title: 'A new tenant',
  type: 'object',
  required: ['tenant_id'],
  properties: { tenant_id: { type: 'string', description: `${TENANT_ID_FORM}.` } },
  additionalProperties: false,
} as const

const TENANT = {
  type: 'object',
  required: ['tenant_id', 'status', 'namespace', 'branch', 'task_queue', 'origin', 'created_at', 'updated_at', 'state'],
  properties: {
    tenant_id: { type: 'string' },
    status: { const: 'active' },
    namespace: { type: 'string' },
    branch: { type: 'string' },
    task_queue: { type: 'string' },
    origin: { enum: ['created', 'adopted'], description: '`adopted`: its branch was made by hand.' },
    created_at: { type: 'string', format: 'date-time' },
    updated_at: { type: 'string', format: 'date-time' },
    state: { enum: ['live', 'degraded', 'invalid', 'branch-missing'] },
    head: { type: 'string', description: 'The newest commit of the branch.' },
    serving: { type: 'string', description: 'The commit that answers, where that is not the head.' },
    errors: { type: 'array', items: { type: 'object' }, description: 'Everything that is wrong with the head.' },
  },
} as const

const USAGE = {
  ...TENANT,
  required: [...TENANT.required, 'commits', 'executions', 'last_activity'],
  properties: {
    ...TENANT.properties,
    commits: {
      type: ['object', 'null'],
      description: 'Commits that the trunk does not have, by author and day (UTC).',
    },
    executions: { type: 'object', description: 'By tool, workflow and outcome; durations in milliseconds.' },
    last_activity: { type: ['string', 'null'], format: 'date-time' },
  },
} as const

const TEXT_NOTE = 'With `Accept: text/plain` the answer is for people.'

export function tenantRoutes({ registry, reports }: { registry: TenantRegistry; reports: TenantReports }): Route[] {
  const body = jsonBody<FromSchema<typeof CREATE_BODY>>(CREATE_BODY)

  async function create(c: Ctx): Promise<Response> {
    const { tenant_id } = await body.read(c)
    const { tenant, created } = await registry.create(requireId(tenant_id))
    if (!created) throw tenantExists(tenant)
    const view = await reports.view(tenant)
    const headers = { Location: `/admin/tenants/${tenant.id}` }
    if (wantsText(c)) return answerText(c, createdText(view, { created, via: 'server' }), { status: 201, headers })
    return answerJson(c, tenantResource(view), { status: 201, headers })
  }

  async function list(c: Ctx): Promise<Response> {
    const { pageSize, pageToken = '' } = pageOf(c)
    const rows = await registry.list({ after: pageToken, limit: pageSize + 1 })
    const views = await Promise.all(rows.slice(0, pageSize).map(reports.view))
    if (wantsText(c)) return answerText(c, listText(views))
    const last = rows.length > pageSize ? views.at(-1) : undefined
    return answerJson(c, {
      items: views.map(tenantResource),
      ...(last ? { nextPageToken: last.tenant.id } : {}),
    })
  }

  async function one(c: Ctx): Promise<Response> {
    const view = await reports.view(await requireTenant(c))
    return wantsText(c)
      ? answerText(c, createdText(view, { created: false, via: 'server' }))
      : answerJson(c, tenantResource(view))
  }

  async function usage(c: Ctx): Promise<Response> {
    const found = await reports.usage(await requireTenant(c))
    return wantsText(c) ? answerText(c, usageText(found)) : answerJson(c, usageResource(found))
  }

  async function requireTenant(c: Ctx): Promise<Tenant> {
    const id = requireId(c.req.param('id') ?? '')
    return (await registry.find(id)) ?? registry.adoptBranch(id)
  }

  const parameters = [{ name: 'id', in: 'path', description: 'The tenant.', schema: { type: 'string' } }] as const
  const absent = ['tenant-invalid-id', 'tenant-not-found'] as const
  const read = { access: 'operator', right: 'tenants:read', effect: 'reads' } as const

  return [
    {
      method: 'post',
      path: '/admin/tenants',
      access: 'operator',
      right: 'tenants:write',
      effect: 'acts',
      operation: {
        id: 'create-tenant',
        summary: 'Create a tenant: its branch from the head of the trunk, and its row',
        description: TEXT_NOTE,
        tag: 'admin',
        body: { schema: body.schema, example: { tenant_id: 'acme-corp' } },
        responses: { 201: { description: 'The tenant.', schema: TENANT } },
        problems: [
          'body-malformed',
          'body-invalid',
          'body-too-large',
          'tenant-invalid-id',
          'tenant-exists',
          'tenant-name-taken',
          'tenant-branch-missing',
          'repository-failed',
        ],
      },
      handle: create,
    },
    {
      method: 'get',
      path: '/admin/tenants',
      ...read,
      operation: {
        id: 'list-tenants',
        summary: 'All tenants, by id',
        description: TEXT_NOTE,
        tag: 'admin',
        parameters: PAGE_PARAMETERS,
        responses: { 200: { description: 'A page of tenants.', schema: pageSchema(TENANT) } },
        problems: ['parameter-invalid'],
      },
      handle: list,
    },
    {
      method: 'get',
      path: '/admin/tenants/{id}',
      ...read,
      operation: {
        id: 'get-tenant',
        summary: 'One tenant, and where its branch stands',
        tag: 'admin',
        parameters,
        responses: { 200: { description: 'The tenant.', schema: TENANT } },
        problems: absent,
      },
      handle: one,
    },
    {
      method: 'get',
      path: '/admin/tenants/{id}/usage',
      ...read,
      operation: {
        id: 'get-tenant-usage',
        summary: 'What was committed and run for one tenant',
        description: TEXT_NOTE,
        tag: 'admin',
        parameters,
        responses: { 200: { description: 'The usage.', schema: USAGE } },
        problems: absent,
      },
      handle: usage,
    },
  ]
}

function requireId(text: string): TenantId {
  const id = parseTenantId(text)
  if (id) return id
  throw new AppError('tenant-invalid-id', {
    detail: `"${text}" is no tenant id: ${TENANT_ID_FORM}.`,
    errors: [{ pointer: '/tenant_id', detail: `Write ${TENANT_ID_FORM}.` }],
  })
}

/** `error` is what clients of this path look for. */
const tenantExists = ({ id }: Tenant): AppError =>
  new AppError('tenant-exists', {
    detail: `There is a tenant "${id}" already; nothing was changed.`,
    data: { error: 'Tenant already exists', tenant_id: id },
  })
