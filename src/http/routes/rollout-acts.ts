/** `/admin/rollouts/{id}/approve|pause|resume|abort|retry|rollback`: what people do with a run. */
import type { FromSchema } from 'json-schema-to-ts'
import type { Origin } from '../../access/actor.ts'
import type { ProblemCode } from '../../kernel/errors.ts'
import { tenantAt } from '../../rollouts/runs/request.ts'
import { runResource } from '../../rollouts/runs/resource.ts'
import type { Rollouts } from '../../rollouts/runs/rollouts.ts'
import type { Run } from '../../rollouts/runs/run.ts'
import type { PersonalMove, RunViews } from '../../rollouts/runs/view.ts'
import { type BodyReader, jsonBody } from '../body.ts'
import { answerJson, type Ctx, requestHeader } from '../exchange.ts'
import type { Route } from '../route.ts'
import { ROLLOUT, ROLLOUT_PATH } from './rollout-schemas.ts'
import { BODY_PROBLEMS } from './tenant-schemas.ts'

const EMPTY = { title: 'Nothing', type: 'object', properties: {}, additionalProperties: false } as const
const REASONED = {
  title: 'Why',
  type: 'object',
  properties: { reason: { type: 'string', minLength: 1, maxLength: 1_000 } },
  additionalProperties: false,
} as const
const CHOSEN = {
  title: 'Whom to roll back',
  type: 'object',
  properties: {
    tenants: {
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      maxItems: 10_000,
      description: 'Only these; without it, all.',
    },
  },
  additionalProperties: false,
} as const

type Act = {
  summary: string
  description?: string
  schema: typeof EMPTY | typeof REASONED | typeof CHOSEN
  problems?: readonly ProblemCode[]
  run(rollouts: Rollouts, request: { id: string; body: object; origin: Origin }): Promise<Run>
}

const reasonOf = (body: object, otherwise: string): string => (body as FromSchema<typeof REASONED>).reason ?? otherwise

const ACTS: Readonly<Record<PersonalMove, Act>> = {
  approve: {
    summary: 'Let the first wave out, or the next one',
    schema: EMPTY,
    problems: ['rollout-tenants-busy'],
    run: (rollouts, { id, origin }) => rollouts.approve(id, origin),
  },
  pause: {
    summary: 'Stop after the batch that is under way',
    schema: REASONED,
    run: (rollouts, { id, body, origin }) => rollouts.pause(id, reasonOf(body, 'Paused by a person.'), origin),
  },
  resume: {
    summary: 'Go on where it was paused',
    description: 'Where its gate had paused it, the wave passes.',
    schema: EMPTY,
    run: (rollouts, { id, origin }) => rollouts.resume(id, origin),
  },
  abort: {
    summary: 'End it; what went out stays',
    schema: REASONED,
    run: (rollouts, { id, body, origin }) => rollouts.abort(id, reasonOf(body, 'Aborted by a person.'), origin),
  },
  retry: {
    summary: 'Try again what did not go out',
    description: 'Tenants in `conflict`, `invalid`, `held`, `parked` and `failed` are planned anew.',
    schema: EMPTY,
    problems: ['rollout-tenants-busy'],
    run: (rollouts, { id, origin }) => rollouts.retry(id, origin),
  },
  rollback: {
    summary: 'Take it back, for all or some tenants',
    description:
      'By a new commit on each branch. A tenant that has committed since keeps its own changes; the next rollout brings the change of the trunk again.',
    schema: CHOSEN,
    problems: ['rollout-tenants-busy', 'tenant-not-found'],
    run(rollouts, { id, body, origin }) {
      const { tenants } = body as FromSchema<typeof CHOSEN>
      return rollouts.rollback(id, tenants?.map((text, i) => tenantAt(text, `/tenants/${i}`)) ?? null, origin)
    },
  },
}

export function rolloutActRoutes({ rollouts, views }: { rollouts: Rollouts; views: RunViews }): Route[] {
  return (Object.entries(ACTS) as [PersonalMove, Act][]).map(
    ([move, { summary, description, schema, problems, run }]) => {
      const body = jsonBody<object>(schema)
      return {
        method: 'post',
        path: `/admin/rollouts/{id}/${move}`,
        access: 'operator',
        right: 'rollouts:write',
        effect: 'acts',
        idempotent: true,
        operation: {
          id: `${move}-rollout`,
          summary,
          ...(description === undefined ? {} : { description }),
          tag: 'admin',
          parameters: ROLLOUT_PATH,
          body: { schema, example: {} },
          responses: { 200: { description: 'The rollout as it stands now.', schema: ROLLOUT } },
          problems: [...BODY_PROBLEMS, 'rollout-not-found', 'rollout-status-conflict', ...(problems ?? [])],
        },
        async handle(c, origin) {
          const given = await bodyOrNothing(c, body)
          const changed = await run(rollouts, { id: c.param('id'), body: given, origin })
          return answerJson(c, runResource(await views.of(changed)))
        },
      }
    },
  )
}

/** `curl -X POST` alone sends no body: that is as good as an empty one. */
async function bodyOrNothing(c: Ctx, body: BodyReader<object>): Promise<object> {
  const isBare = requestHeader(c, 'content-length') === undefined && requestHeader(c, 'transfer-encoding') === undefined
  const isEmpty = requestHeader(c, 'content-length') === '0'
  return isEmpty || isBare ? {} : body.read(c)
}
