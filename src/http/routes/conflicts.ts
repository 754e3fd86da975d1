/** `/admin/conflicts`: what two people disagree about, and deciding it once for all who have it. */
import type { FromSchema } from 'json-schema-to-ts'
import type { Origin } from '../../access/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Choice } from '../../rollouts/plan/plan.ts'
import type { Conflicts } from '../../rollouts/runs/conflicts.ts'
import { tenantAt } from '../../rollouts/runs/request.ts'
import { clusterResource, tenantRunResource } from '../../rollouts/runs/resource.ts'
import { jsonBody } from '../body.ts'
import { answerJson, type Ctx, type Reply } from '../exchange.ts'
import type { Route } from '../route.ts'
import { CONFLICT, ROLLOUT_TENANT } from './rollout-schemas.ts'
import { BODY_PROBLEMS } from './tenant-schemas.ts'

const RESOLVE_BODY = {
  title: 'A decision',
  type: 'object',
  required: ['use'],
  properties: {
    use: { enum: ['main', 'tenant', 'value'], description: "The trunk's version, the tenant's, or `value`." },
    value: {
      type: 'string',
      maxLength: 262_144,
      description: 'With `use: value`: JSON or YAML source for the value, or lines of text for a file of neither kind.',
    },
    tenants: {
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      maxItems: 10_000,
      description: 'Only for these; without it, for everyone who has the conflict, now or in a later rollout.',
    },
  },
  additionalProperties: false,
} as const

export function conflictRoutes({ conflicts }: { conflicts: Conflicts }): Route[] {
  const body = jsonBody<FromSchema<typeof RESOLVE_BODY>>(RESOLVE_BODY)

  async function open(c: Ctx): Promise<Reply> {
    const clusters = await conflicts.open(c.query('rollout'))
    return answerJson(c, { items: clusters.map(clusterResource) })
  }

  async function resolve(c: Ctx, origin: Origin): Promise<Reply> {
    const { use, value, tenants } = await body.read(c)
    const decision = {
      fingerprint: c.param('fingerprint'),
      choice: choiceOf(use, value),
      tenants: tenants?.map((text, i) => tenantAt(text, `/tenants/${i}`)) ?? null,
    }
    const items = (await conflicts.resolve(decision, origin)).map(({ run, tenant }) => ({
      rollout: run,
      ...tenantRunResource(tenant),
      ...(tenant.conflicts.length === 0 ? {} : { conflicts: tenant.conflicts }),
    }))
    return answerJson(c, { items })
  }

  return [
    {
      method: 'get',
      path: '/admin/conflicts',
      access: 'operator',
      right: 'rollouts:read',
      effect: 'reads',
      operation: {
        id: 'list-conflicts',
        summary: 'Open conflicts, those with most tenants first',
        description: 'Equal disagreements are one: the same place, the same three texts.',
        tag: 'admin',
        parameters: [
          { name: 'rollout', in: 'query', description: 'Only of this rollout.', schema: { type: 'string' } },
        ],
        responses: {
          200: {
            description: 'All of them.',
            schema: { type: 'object', required: ['items'], properties: { items: { type: 'array', items: CONFLICT } } },
          },
        },
      },
      handle: open,
    },
    {
      method: 'post',
      path: '/admin/conflicts/{fingerprint}/resolve',
      access: 'operator',
      right: 'rollouts:write',
      effect: 'acts',
      idempotent: true,
      operation: {
        id: 'resolve-conflict',
        summary: 'Decide a conflict for everyone who has it, or for some',
        description:
          'The tenants are planned anew at once, and go out with their rollout: with its wave, or now where it was completed. The decision is remembered for later rollouts.',
        tag: 'admin',
        parameters: [{ name: 'fingerprint', in: 'path', description: 'Of the conflict.', schema: { type: 'string' } }],
        body: { schema: RESOLVE_BODY, example: { use: 'main' } },
        responses: {
          200: {
            description: 'The tenants as they stand now: `resolved`, or what is still in the way.',
            schema: {
              type: 'object',
              required: ['items'],
              properties: { items: { type: 'array', items: ROLLOUT_TENANT } },
            },
          },
        },
        problems: [...BODY_PROBLEMS, 'conflict-not-found', 'repository-failed'],
      },
      handle: resolve,
    },
  ]
}

function choiceOf(use: 'main' | 'tenant' | 'value', value: string | undefined): Choice {
  if ((use === 'value') === (value === undefined)) {
    const detail = use === 'value' ? 'Give the "value" to use.' : `With "use": "${use}" there is no "value".`
    throw new AppError('body-invalid', { detail, errors: [{ pointer: '/value', detail }] })
  }
  return use === 'value' ? { kind: 'value', text: value ?? '' } : { kind: use }
}
