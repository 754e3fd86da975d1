/** `/admin/plans`: what each plan allows, and whether the file that says so can be used. */
import type { PlanCatalogue } from '../../plans/catalogue.ts'
import { LIMIT_PROPERTIES, writeLimits } from '../../plans/plan.ts'
import type { TenantRegistry } from '../../tenants/registry.ts'
import { answerJson, type Ctx, type Reply } from '../exchange.ts'
import type { Route } from '../route.ts'

const PLAN = {
  type: 'object',
  required: ['name', ...Object.keys(LIMIT_PROPERTIES), 'features', 'tenants'],
  properties: {
    name: { type: 'string' },
    ...LIMIT_PROPERTIES,
    features: { type: 'array', items: { type: 'string' } },
    tenants: { type: 'integer', description: 'How many tenants have it; deleted ones do not count.' },
  },
} as const

export function planRoutes({ plans, registry }: { plans: PlanCatalogue; registry: TenantRegistry }): Route[] {
  async function list(c: Ctx): Promise<Reply> {
    const counts = new Map<string, number>()
    for (const { profile, deletedAt } of await registry.all()) {
      if (!deletedAt) counts.set(profile.plan, (counts.get(profile.plan) ?? 0) + 1)
    }
    const items = [...plans.all().values()].map(({ name, limits, features }) => ({
      name,
      ...writeLimits(limits),
      features,
      tenants: counts.get(name) ?? 0,
    }))
    return answerJson(c, { items, problems: plans.problems() })
  }

  return [
    {
      method: 'get',
      path: '/admin/plans',
      access: 'operator',
      right: 'tenants:read',
      effect: 'reads',
      operation: {
        id: 'list-plans',
        summary: 'What each plan allows',
        tag: 'admin',
        responses: {
          200: {
            description: 'The plans in force.',
            schema: {
              type: 'object',
              required: ['items', 'problems'],
              properties: {
                items: { type: 'array', items: PLAN },
                problems: {
                  type: 'array',
                  items: { type: 'string' },
                  description: 'Why the plans file as it is now is not in force; empty where it is.',
                },
              },
            },
          },
        },
      },
      handle: list,
    },
  ]
}
