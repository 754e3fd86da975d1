/** `/admin/tenants:bulk`: thousands of tenants in one request, each with an outcome of its own. */
import type { FromSchema } from 'json-schema-to-ts'
import type { Origin } from '../../access/actor.ts'
import { bulkResource, MAX_BULK, type TenantBulk } from '../../tenants/changes/bulk.ts'
import { CREATE_SCHEMA } from '../../tenants/changes/request.ts'
import { jsonBody } from '../body.ts'
import { answerJson, type Ctx, NO_STORE, type Reply } from '../exchange.ts'
import type { Route } from '../route.ts'
import { BODY_PROBLEMS } from './tenant-schemas.ts'

/** Ten thousand tenants with a kilobyte of settings each, and some room. */
const MAX_BYTES = 16 * 1024 * 1024

/** Items are checked one by one, so that one that is wrong refuses only itself. */
const BULK_BODY = {
  title: 'New tenants',
  type: 'object',
  required: ['tenants'],
  properties: { tenants: { type: 'array', items: { type: 'object' }, minItems: 1, maxItems: MAX_BULK } },
  additionalProperties: false,
} as const

const DOCUMENTED_BODY = {
  ...BULK_BODY,
  properties: { tenants: { ...BULK_BODY.properties.tenants, items: CREATE_SCHEMA } },
} as const

const OUTCOME = {
  type: 'object',
  required: ['tenant_id', 'status'],
  properties: {
    tenant_id: { description: 'As it was sent.' },
    status: { type: 'integer', description: 'What the item alone would have been answered with; 201 = created.' },
    api_key: { type: 'string', description: 'Where `issue_key` asked for it; it cannot be read again.' },
    code: { type: 'string' },
    detail: { type: 'string' },
    errors: { type: 'array', items: { type: 'object' } },
  },
} as const

export function tenantBulkRoutes({ bulk }: { bulk: TenantBulk }): Route[] {
  const body = jsonBody<FromSchema<typeof BULK_BODY>>(BULK_BODY, { maxBytes: MAX_BYTES })

  async function create(c: Ctx, origin: Origin): Promise<Reply> {
    const { tenants } = await body.read(c)
    // Some of the items may hold a key.
    return answerJson(c, bulkResource(await bulk.create(tenants, origin)), { headers: NO_STORE })
  }

  return [
    {
      method: 'post',
      path: '/admin/tenants:bulk',
      access: 'operator',
      right: 'tenants:write',
      effect: 'acts',
      operation: {
        id: 'create-tenants',
        summary: 'Create many tenants',
        description: `At most ${MAX_BULK}. Each is created wholly or not at all, whatever becomes of the others.`,
        tag: 'admin',
        body: {
          schema: DOCUMENTED_BODY,
          example: { tenants: [{ tenant_id: 'acme-corp' }, { tenant_id: 'globex-inc' }] },
        },
        responses: {
          200: {
            description: 'What became of each, in the order in which they were sent.',
            schema: {
              type: 'object',
              required: ['created', 'failed', 'items'],
              properties: {
                created: { type: 'integer' },
                failed: { type: 'integer' },
                items: { type: 'array', items: OUTCOME },
              },
            },
          },
        },
        problems: [...BODY_PROBLEMS, 'repository-failed'],
      },
      handle: create,
    },
  ]
}
