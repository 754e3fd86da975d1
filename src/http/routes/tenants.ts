/** `/admin/tenants`: creating and seeing tenants. */
import type { Origin } from '../../access/actor.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { TenantCreator } from '../../tenants/changes/create.ts'
import { CREATE_SCHEMA, type TenantRequests } from '../../tenants/changes/request.ts'
import { readFilter, TENANT_STATES } from '../../tenants/filter.ts'
import type { TenantRegistry } from '../../tenants/registry.ts'
import { TENANT_STATUSES } from '../../tenants/tenant.ts'
import type { TenantList } from '../../tenants/views/list.ts'
import type { TenantReports } from '../../tenants/views/report.ts'
import { tenantResource, usageResource } from '../../tenants/views/resource.ts'
import { createdText, listText, tenantText, usageText } from '../../tenants/views/text.ts'
import { jsonBody } from '../body.ts'
import { answerJson, answerText, type Ctx, NO_STORE, type Reply, wantsText } from '../exchange.ts'
import { PAGE_PARAMETERS, pageOf, pageSchema } from '../paging.ts'
import type { Parameter, Route } from '../route.ts'
import { versionTag } from '../version-tag.ts'
import { requireTenantParameter } from './tenant-parameter.ts'
import { AS_TEXT, BODY_PROBLEMS, TENANT, TENANT_PATH, TEXT_NOTE } from './tenant-schemas.ts'

const CREATED = {
  ...TENANT,
  properties: {
    ...TENANT.properties,
    api_key: { type: 'string', description: 'Where `issue_key` asked for it; it cannot be read again.' },
  },
} as const

const USAGE = {
  ...TENANT,
  required: [...TENANT.required, 'commits', 'executions', 'requests', 'last_activity'],
  properties: {
    ...TENANT.properties,
    commits: {
      type: ['object', 'null'],
      description: 'Commits that the trunk does not have, by author and day (UTC).',
    },
    executions: { type: 'object', description: 'By tool, workflow and outcome; durations in milliseconds.' },
    requests: { type: 'object', description: 'Of all time, by status and endpoint; durations in milliseconds.' },
    last_activity: { type: ['string', 'null'], format: 'date-time' },
  },
} as const

const FILTERS: readonly Parameter[] = [
  {
    name: 'label',
    in: 'query',
    description: 'A label and its value, such as `region:eu`. May be repeated: all of them must be there.',
    schema: { type: 'array', items: { type: 'string' } },
  },
  { name: 'plan', in: 'query', description: 'Tenants of this plan.', schema: { type: 'string' } },
  {
    name: 'status',
    in: 'query',
    description: 'Tenants of this status. Without it, all but deleted ones.',
    schema: { enum: TENANT_STATUSES },
  },
  {
    name: 'state',
    in: 'query',
    description: 'Tenants whose branch stands so; `behind-main`: the trunk has commits that the branch lacks.',
    schema: { enum: TENANT_STATES },
  },
]

/** What is documented is more than what is checked here: each member is checked where it is understood. */
const OBJECT = { type: 'object' } as const

export type TenantRouteDeps = {
  registry: TenantRegistry
  reports: TenantReports
  list: TenantList
  creator: TenantCreator
  requests: TenantRequests
}

export function tenantRoutes({ registry, reports, list, creator, requests }: TenantRouteDeps): Route[] {
  const body = jsonBody<JsonObject>(OBJECT)

  async function create(c: Ctx, origin: Origin): Promise<Reply> {
    const request = requests.creation(await body.read(c), origin)
    const outcome = (await creator.create([request], origin))[0]!
    if (outcome.kind !== 'created') throw outcome.error
    const { tenant, apiKey } = outcome
    const view = await reports.view(tenant)
    const place = { Location: `/admin/tenants/${tenant.id}`, ETag: versionTag(tenant.version) }
    const headers = apiKey === undefined ? place : { ...place, ...NO_STORE }
    if (wantsText(c)) {
      const text = createdText(view, { via: 'server', apiKey })
      return answerText(c, text, { status: 201, headers })
    }
    const resource = { ...tenantResource(view), ...(apiKey === undefined ? {} : { api_key: apiKey }) }
    return answerJson(c, resource, { status: 201, headers })
  }

  async function many(c: Ctx): Promise<Reply> {
    const { pageSize, pageToken = '' } = pageOf(c)
    const filter = readFilter({
      label: c.queries('label'),
      plan: c.query('plan'),
      status: c.query('status'),
      state: c.query('state'),
    })
    const views = await list.page({ filter, after: pageToken, limit: pageSize + 1 })
    const page = views.slice(0, pageSize)
    const next = views.length > pageSize ? page.at(-1)?.tenant.id : undefined
    if (wantsText(c)) return answerText(c, listText(page, { filter, next }))
    return answerJson(c, { items: page.map(tenantResource), ...(next ? { nextPageToken: next } : {}) })
  }

  async function one(c: Ctx, origin: Origin): Promise<Reply> {
    const tenant = await requireTenantParameter(c, { registry, origin })
    const view = await reports.view(tenant)
    const headers = { ETag: versionTag(tenant.version) }
    return wantsText(c)
      ? answerText(c, tenantText(view), { headers })
      : answerJson(c, tenantResource(view), { headers })
  }

  async function usage(c: Ctx, origin: Origin): Promise<Reply> {
    const found = await reports.usage(await requireTenantParameter(c, { registry, origin }))
    return wantsText(c) ? answerText(c, usageText(found)) : answerJson(c, usageResource(found))
  }

  const absent = ['tenant-invalid-id', 'tenant-not-found'] as const
  const read = { access: 'operator', right: 'tenants:read', effect: 'reads' } as const

  return [
    {
      method: 'post',
      path: '/admin/tenants',
      access: 'operator',
      right: 'tenants:write',
      effect: 'acts',
      idempotent: true,
      operation: {
        id: 'create-tenant',
        summary: 'Create a tenant: branch, row, owner and key in one go',
        description: TEXT_NOTE,
        tag: 'admin',
        body: { schema: CREATE_SCHEMA, example: { tenant_id: 'acme-corp', plan: 'pro', labels: { region: 'eu' } } },
        responses: {
          201: { description: 'The tenant.', schema: CREATED, headers: ['ETag', 'Location'], onRequest: AS_TEXT },
        },
        problems: [
          ...BODY_PROBLEMS,
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
        parameters: [...FILTERS, ...PAGE_PARAMETERS],
        responses: { 200: { description: 'A page of tenants.', schema: pageSchema(TENANT), onRequest: AS_TEXT } },
        problems: ['parameter-invalid'],
      },
      handle: many,
    },
    {
      method: 'get',
      path: '/admin/tenants/{id}',
      ...read,
      operation: {
        id: 'get-tenant',
        summary: 'One tenant, and where its branch stands',
        description: TEXT_NOTE,
        tag: 'admin',
        parameters: TENANT_PATH,
        responses: { 200: { description: 'The tenant.', schema: TENANT, headers: ['ETag'], onRequest: AS_TEXT } },
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
        parameters: TENANT_PATH,
        responses: { 200: { description: 'The usage.', schema: USAGE, onRequest: AS_TEXT } },
        problems: absent,
      },
      handle: usage,
    },
  ]
}
