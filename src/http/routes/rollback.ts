/** `POST /api/v1/rollback`: back to an earlier state, or one commit undone, by a new commit. */
import type { FromSchema } from 'json-schema-to-ts'
import { CHANGE_LIMITS } from '../../commits/change.ts'
import type { Rollbacks } from '../../files/rollback.ts'
import { jsonBody } from '../body.ts'
import {
  BODY_PROBLEMS,
  COMMIT_PROBLEMS,
  COMMIT_RESPONSES,
  commitAnswer,
  isDryRun,
  WRITE_PARAMETERS,
} from '../commit-answer.ts'
import type { Ctx } from '../exchange.ts'
import type { Route } from '../route.ts'
import type { TenantScope } from '../tenant-scope.ts'

const ROLLBACK_BODY = {
  title: 'A rollback',
  type: 'object',
  additionalProperties: false,
  properties: {
    to: {
      type: 'string',
      description: 'A commit of the branch: its files become those of the branch again. An id, or `head~n`.',
    },
    revert: {
      type: 'string',
      description: 'A commit of the branch: what it changed is undone, and what came after it stays.',
    },
    message: { type: 'string', minLength: 1, maxLength: CHANGE_LIMITS.messageChars },
  },
  oneOf: [{ required: ['to'] }, { required: ['revert'] }],
} as const

export function rollbackRoutes({ rollbacks }: { rollbacks: Rollbacks }): Route[] {
  const body = jsonBody<FromSchema<typeof ROLLBACK_BODY>>(ROLLBACK_BODY)
  return [
    {
      method: 'post',
      path: '/api/v1/rollback',
      access: 'tenant',
      right: 'config:write',
      effect: 'acts',
      idempotent: true,
      operation: {
        id: 'create-rollback',
        summary: 'Go back to an earlier commit, or undo one',
        description:
          'Always forward: a new commit, checked and signed like any other. A revert is a three-way merge by structure; where what the commit changed has been changed again since, nothing is done.',
        tag: 'tenant',
        parameters: WRITE_PARAMETERS,
        body: { schema: body.schema, example: { to: 'head~1', message: 'Back to the limits of last week' } },
        responses: COMMIT_RESPONSES,
        problems: [...COMMIT_PROBLEMS, ...BODY_PROBLEMS, 'revert-conflict', 'revision-not-found'],
      },
      async handle(c: Ctx, scope: TenantScope) {
        const { to, revert, message } = await body.read(c)
        const { tenant, origin } = scope
        const result = await rollbacks.run({
          tenant,
          origin,
          goal: to === undefined ? { kind: 'revert', commit: revert ?? '' } : { kind: 'to', revision: to },
          message,
          isDryRun: isDryRun(c),
        })
        return commitAnswer(c, scope, result, { made: 201 })
      },
    },
  ]
}
