/** `/admin/rollouts`: planning runs and seeing them. */
import type { Origin } from '../../access/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import { parseTenantId } from '../../kernel/ids.ts'
import { nearestName } from '../../kernel/nearest-name.ts'
import { ROLLOUT_SCHEMA, rolloutRequest } from '../../rollouts/runs/request.ts'
import { previewResource, runResource, tenantRunResource } from '../../rollouts/runs/resource.ts'
import type { Rollouts } from '../../rollouts/runs/rollouts.ts'
import type { RunStore } from '../../rollouts/runs/store.ts'
import { TENANT_RUN_STATES, type TenantRunState } from '../../rollouts/runs/tenant-state.ts'
import type { RunViews } from '../../rollouts/runs/view.ts'
import { jsonBody } from '../body.ts'
import { answerJson, type Ctx, type Reply } from '../exchange.ts'
import { PAGE_PARAMETERS, pageOf, pageSchema } from '../paging.ts'
import type { Route } from '../route.ts'
import { PREVIEW, ROLLOUT, ROLLOUT_PATH, ROLLOUT_TENANT } from './rollout-schemas.ts'
import { BODY_PROBLEMS } from './tenant-schemas.ts'

export type RolloutRouteDeps = {
  rollouts: Rollouts
  views: RunViews
  store: Pick<RunStore, 'list' | 'tenants'>
}

export function rolloutRoutes({ rollouts, views, store }: RolloutRouteDeps): Route[] {
  const body = jsonBody<object>(ROLLOUT_SCHEMA)

  async function start(c: Ctx, origin: Origin): Promise<Reply> {
    const request = rolloutRequest(await body.read(c))
    if (request.isDryRun) {
      const { trunk, plan } = await rollouts.preview(request)
      return answerJson(c, previewResource(trunk, plan))
    }
    const run = await rollouts.start(request, origin)
    const headers = { Location: `/admin/rollouts/${run.id}` }
    return answerJson(c, runResource(await views.of(run)), { status: 201, headers })
  }

  async function many(c: Ctx): Promise<Reply> {
    const { pageSize, pageToken } = pageOf(c)
    const runs = await store.list({ before: pageToken, limit: pageSize + 1 })
    const page = runs.slice(0, pageSize)
    const last = runs.length > pageSize ? page.at(-1) : undefined
    const items = await Promise.all(page.map(async (run) => runResource(await views.of(run))))
    return answerJson(c, { items, ...(last ? { nextPageToken: last.id } : {}) })
  }

  async function one(c: Ctx): Promise<Reply> {
    const run = await rollouts.find(c.param('id'))
    return answerJson(c, runResource(await views.of(run)))
  }

  async function tenants(c: Ctx): Promise<Reply> {
    const { id } = await rollouts.find(c.param('id'))
    const { pageSize, pageToken } = pageOf(c)
    const states = c.queries('state').map(stateOf)
    const rows = await store.tenants({
      run: id,
      limit: pageSize + 1,
      ...(states.length > 0 ? { states } : {}),
      ...(pageToken === undefined ? {} : { after: tokenOf(pageToken) }),
    })
    const page = rows.slice(0, pageSize)
    const last = rows.length > pageSize ? page.at(-1) : undefined
    return answerJson(c, { items: page.map(tenantRunResource), ...(last ? { nextPageToken: last.tenant } : {}) })
  }

  const read = { method: 'get', access: 'operator', right: 'rollouts:read', effect: 'reads' } as const
  return [
    {
      method: 'post',
      path: '/admin/rollouts',
      access: 'operator',
      right: 'rollouts:write',
      effect: 'acts',
      idempotent: true,
      operation: {
        id: 'start-rollout',
        summary: "Plan a rollout of the trunk into the tenants' branches",
        description:
          'Nothing is moved by planning. With `approval: automatic` the first wave goes out at once, or at `startAt`; otherwise when it is approved.',
        tag: 'admin',
        body: { schema: ROLLOUT_SCHEMA, example: { waves: [{ tenants: ['acme-corp'] }, { percent: 100 }] } },
        responses: {
          200: { description: 'With `dryRun`: what would happen.', schema: PREVIEW },
          201: { description: 'The rollout, planned.', schema: ROLLOUT, headers: ['Location'] },
        },
        problems: [...BODY_PROBLEMS, 'rollout-from-unknown', 'tenant-not-found', 'repository-failed'],
      },
      handle: start,
    },
    {
      ...read,
      path: '/admin/rollouts',
      operation: {
        id: 'list-rollouts',
        summary: 'All rollouts, newest first',
        tag: 'admin',
        parameters: PAGE_PARAMETERS,
        responses: { 200: { description: 'A page of rollouts.', schema: pageSchema(ROLLOUT) } },
        problems: ['parameter-invalid'],
      },
      handle: many,
    },
    {
      ...read,
      path: '/admin/rollouts/{id}',
      operation: {
        id: 'get-rollout',
        summary: 'One rollout: where it stands, and what can be done',
        tag: 'admin',
        parameters: ROLLOUT_PATH,
        responses: { 200: { description: 'The rollout.', schema: ROLLOUT } },
        problems: ['rollout-not-found'],
      },
      handle: one,
    },
    {
      ...read,
      path: '/admin/rollouts/{id}/tenants',
      operation: {
        id: 'list-rollout-tenants',
        summary: 'The tenants of a rollout, by id',
        tag: 'admin',
        parameters: [
          ...ROLLOUT_PATH,
          {
            name: 'state',
            in: 'query',
            description: 'Only those in this state. May be repeated: any of them.',
            schema: { type: 'array', items: { enum: TENANT_RUN_STATES } },
          },
          ...PAGE_PARAMETERS,
        ],
        responses: { 200: { description: 'A page of tenants.', schema: pageSchema(ROLLOUT_TENANT) } },
        problems: ['rollout-not-found', 'parameter-invalid'],
      },
      handle: tenants,
    },
  ]
}

function stateOf(text: string): TenantRunState {
  const found = TENANT_RUN_STATES.find((state) => state === text)
  if (found) return found
  const near = nearestName(text, TENANT_RUN_STATES)
  throw new AppError('parameter-invalid', {
    detail: `state=${text} must be one of ${TENANT_RUN_STATES.join(', ')}.${near ? ` Did you mean ${near}?` : ''}`,
  })
}

function tokenOf(text: string): string {
  if (parseTenantId(text)) return text
  throw new AppError('parameter-invalid', { detail: 'pageToken must be what an earlier page gave as nextPageToken.' })
}
