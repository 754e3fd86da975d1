/** `/admin/tenants/{id}/hold`: keeping a tenant out of rollouts. */
import type { FromSchema } from 'json-schema-to-ts'
import { actorName, type Origin } from '../../access/actor.ts'
import type { Clock } from '../../kernel/clock.ts'
import { isHeld } from '../../rollouts/runs/hold.ts'
import type { HoldStore } from '../../rollouts/runs/hold-store.ts'
import { holdNotFound } from '../../rollouts/runs/refusals.ts'
import { holdResource } from '../../rollouts/runs/resource.ts'
import type { TenantRegistry } from '../../tenants/registry.ts'
import { jsonBody } from '../body.ts'
import { answerEmpty, answerJson, type Ctx, type Reply } from '../exchange.ts'
import type { Route } from '../route.ts'
import { HOLD } from './rollout-schemas.ts'
import { requireTenantParameter } from './tenant-parameter.ts'
import { BODY_PROBLEMS, TENANT_PATH } from './tenant-schemas.ts'

const HOLD_BODY = {
  title: 'A hold',
  type: 'object',
  required: ['reason'],
  properties: {
    reason: { type: 'string', minLength: 1, maxLength: 1_000 },
    until: { type: ['string', 'null'], format: 'date-time', description: 'When it ends by itself; without it, never.' },
  },
  additionalProperties: false,
} as const

export type HoldRouteDeps = {
  holds: HoldStore
  registry: Pick<TenantRegistry, 'find' | 'adoptBranch'>
  clock: Pick<Clock, 'now'>
}

export function holdRoutes({ holds, registry, clock }: HoldRouteDeps): Route[] {
  const body = jsonBody<FromSchema<typeof HOLD_BODY>>(HOLD_BODY)

  async function show(c: Ctx, origin: Origin): Promise<Reply> {
    const { id } = await requireTenantParameter(c, { registry, origin })
    const hold = await holds.find(id)
    if (!isHeld(hold, clock.now())) throw holdNotFound(id)
    return answerJson(c, holdResource(hold))
  }

  async function place(c: Ctx, origin: Origin): Promise<Reply> {
    const { id } = await requireTenantParameter(c, { registry, origin })
    const { reason, until } = await body.read(c)
    const hold = {
      tenant: id,
      reason,
      until: typeof until === 'string' ? new Date(until) : null,
      by: actorName(origin.actor),
      at: new Date(clock.now()),
    }
    await holds.place(hold, origin)
    return answerJson(c, holdResource(hold))
  }

  async function release(c: Ctx, origin: Origin): Promise<Reply> {
    const { id } = await requireTenantParameter(c, { registry, origin })
    if (!(await holds.release(id, origin))) throw holdNotFound(id)
    return answerEmpty(c, 204, {})
  }

  const path = '/admin/tenants/{id}/hold'
  const absent = ['tenant-invalid-id', 'tenant-not-found'] as const
  const acts = { path, access: 'operator', right: 'rollouts:write', effect: 'acts' } as const
  return [
    {
      method: 'get',
      path,
      access: 'operator',
      right: 'rollouts:read',
      effect: 'reads',
      operation: {
        id: 'get-hold',
        summary: 'What keeps a tenant out of rollouts',
        tag: 'admin',
        parameters: TENANT_PATH,
        responses: { 200: { description: 'The hold.', schema: HOLD } },
        problems: [...absent, 'hold-not-found'],
      },
      handle: show,
    },
    {
      method: 'put',
      ...acts,
      operation: {
        id: 'place-hold',
        summary: 'Keep a tenant out of rollouts',
        description: 'Also of those that are under way and have not reached it.',
        tag: 'admin',
        parameters: TENANT_PATH,
        body: { schema: HOLD_BODY, example: { reason: 'quarter close', until: '2027-01-08T00:00:00Z' } },
        responses: { 200: { description: 'The hold.', schema: HOLD } },
        problems: [...absent, ...BODY_PROBLEMS],
      },
      handle: place,
    },
    {
      method: 'delete',
      ...acts,
      operation: {
        id: 'release-hold',
        summary: 'Let a tenant take part in rollouts again',
        tag: 'admin',
        parameters: TENANT_PATH,
        responses: { 204: { description: 'It is released.' } },
        problems: [...absent, 'hold-not-found'],
      },
      handle: release,
    },
  ]
}
