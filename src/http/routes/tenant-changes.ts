/** `/admin/tenants/{id}`: PUT, PATCH, DELETE; `/suspend`, `/resume` and `/restore`. Each answers with the tenant. */
import type { FromSchema } from 'json-schema-to-ts'
import type { Origin } from '../../access/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import type { TenantId } from '../../kernel/ids.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { ChangeTerms, TenantChanges } from '../../tenants/changes/change.ts'
import { requireTenantId, type TenantRequests } from '../../tenants/changes/request.ts'
import { PROFILE_SCHEMA } from '../../tenants/profile.ts'
import type { Tenant } from '../../tenants/tenant.ts'
import type { TenantReports } from '../../tenants/views/report.ts'
import { tenantResource } from '../../tenants/views/resource.ts'
import { jsonBody } from '../body.ts'
import { answerJson, type Ctx, type Reply } from '../exchange.ts'
import type { Operation, Route } from '../route.ts'
import { acceptedVersions, IF_MATCH, versionTag } from '../version-tag.ts'
import { BODY_PROBLEMS, TENANT, TENANT_PATH } from './tenant-schemas.ts'

const REPLACE_BODY = {
  ...PROFILE_SCHEMA,
  properties: {
    tenant_id: { type: 'string', description: 'The one of the path, if any.' },
    ...PROFILE_SCHEMA.properties,
  },
} as const

const PATCH_BODY = {
  title: "What to change of a tenant's settings",
  type: 'object',
  description: 'Members as in PUT, by RFC 7396: null sets one back, maps are merged, lists are replaced.',
} as const

/** What a change needs of the request, beside its terms. */
type Change = (id: TenantId, terms: ChangeTerms) => Promise<Tenant>

export function tenantChangeRoutes({
  changes,
  reports,
  requests,
}: {
  changes: TenantChanges
  reports: TenantReports
  requests: TenantRequests
}): Route[] {
  const replacement = jsonBody<FromSchema<typeof REPLACE_BODY>>(REPLACE_BODY)
  const patch = jsonBody<JsonObject>(PATCH_BODY)

  async function changed(c: Ctx, origin: Origin, change: Change): Promise<Reply> {
    const id = requireTenantId(c.param('id'))
    const tenant = await change(id, { accepts: acceptedVersions(c), origin })
    const headers = { ETag: versionTag(tenant.version) }
    return answerJson(c, tenantResource(await reports.view(tenant)), { headers })
  }

  async function replace(c: Ctx, origin: Origin): Promise<Reply> {
    const { tenant_id, ...body } = await replacement.read(c)
    return changed(c, origin, (id, terms) => {
      if (tenant_id !== undefined && tenant_id !== id) throw otherTenant(id)
      const profile = requests.profile(body)
      return changes.profile(id, () => profile, terms)
    })
  }

  async function merge(c: Ctx, origin: Origin): Promise<Reply> {
    const body = await patch.read(c)
    return changed(c, origin, (id, terms) => changes.profile(id, (profile) => requests.patched(profile, body), terms))
  }

  const act = { access: 'operator', right: 'tenants:write', effect: 'acts' } as const
  const common = {
    tag: 'admin',
    parameters: [...TENANT_PATH, IF_MATCH],
    responses: { 200: { description: 'The tenant as it is now.', schema: TENANT, headers: ['ETag'] } },
  } as const satisfies Partial<Operation>
  const problems = ['tenant-invalid-id', 'tenant-not-found', 'precondition-failed'] as const

  const status = (name: 'suspend' | 'resume' | 'restore', summary: string, change: Change): Route => ({
    method: 'post',
    path: `/admin/tenants/{id}/${name}`,
    ...act,
    operation: {
      id: `${name}-tenant`,
      summary,
      ...common,
      problems: name === 'restore' ? problems : [...problems, 'tenant-status-conflict'],
    },
    handle: (c: Ctx, origin: Origin) => changed(c, origin, change),
  })

  return [
    {
      method: 'put',
      path: '/admin/tenants/{id}',
      ...act,
      operation: {
        id: 'replace-tenant',
        summary: "Replace a tenant's settings: what is left out gets its default",
        ...common,
        body: { schema: REPLACE_BODY, example: { plan: 'pro', quota_requests_per_minute: 100 } },
        problems: [...BODY_PROBLEMS, ...problems, 'tenant-status-conflict'],
      },
      handle: replace,
    },
    {
      method: 'patch',
      path: '/admin/tenants/{id}',
      ...act,
      operation: {
        id: 'change-tenant',
        summary: "Change some of a tenant's settings",
        ...common,
        body: { schema: PATCH_BODY, example: { labels: { region: 'eu' }, allowed_tools: null } },
        problems: [...BODY_PROBLEMS, ...problems, 'tenant-status-conflict'],
      },
      handle: merge,
    },
    {
      method: 'delete',
      path: '/admin/tenants/{id}',
      ...act,
      operation: {
        id: 'delete-tenant',
        summary: 'Delete a tenant: it answers as if it had never been; /restore brings it back',
        ...common,
        problems,
      },
      handle: (c: Ctx, origin: Origin) => changed(c, origin, changes.remove),
    },
    status('suspend', 'Refuse all requests of a tenant (403) until it is resumed', changes.suspend),
    status('resume', 'Let a suspended tenant answer again', changes.resume),
    status('restore', 'Bring a deleted tenant back', changes.restore),
  ]
}

const otherTenant = (id: TenantId): AppError =>
  new AppError('body-invalid', {
    detail: `tenant_id is not the "${id}" of the path; an id never changes.`,
    errors: [{ pointer: '/tenant_id', detail: `Leave it out, or write "${id}".` }],
  })
