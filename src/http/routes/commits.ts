/** `POST /api/v1/commits`: several files in one commit, all of them or none. */
import type { FromSchema } from 'json-schema-to-ts'
import { CHANGE_LIMITS } from '../../commits/change.ts'
import type { FileWriter } from '../../files/write-files.ts'
import { type Oid, parseOid } from '../../kernel/ids.ts'
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
import { CHANGE_SCHEMA, type Change, writeOf } from '../file-change-body.ts'
import type { Route } from '../route.ts'
import type { TenantScope } from '../tenant-scope.ts'

const COMMIT_BODY = {
  title: 'A commit',
  type: 'object',
  required: ['changes'],
  additionalProperties: false,
  properties: {
    message: { type: 'string', minLength: 1, maxLength: CHANGE_LIMITS.messageChars },
    parent: {
      type: 'string',
      pattern: '^[0-9a-f]{40}$',
      description: 'The commit that the changes were made for: refused where the branch has moved on.',
    },
    changes: { type: 'array', minItems: 1, maxItems: CHANGE_LIMITS.files, items: CHANGE_SCHEMA },
  },
} as const

type CommitBody = Omit<FromSchema<typeof COMMIT_BODY>, 'changes'> & { changes: Change[] }

export function commitRoutes({ writer }: { writer: FileWriter }): Route[] {
  const body = jsonBody<CommitBody>(COMMIT_BODY)
  return [
    {
      method: 'post',
      path: '/api/v1/commits',
      access: 'tenant',
      right: 'config:write',
      effect: 'acts',
      idempotent: true,
      inTurns: true,
      operation: {
        id: 'create-commit',
        summary: 'Change several files in one commit: all of them or none',
        tag: 'tenant',
        parameters: WRITE_PARAMETERS,
        body: {
          schema: body.schema,
          example: {
            message: 'Raise the limits for the fair',
            changes: [
              { path: 'config/limits.yaml', ifMatch: '*', patch: { requests: 20 } },
              { path: 'config/fair.yaml', content: 'open: true\n' },
            ],
          },
        },
        responses: COMMIT_RESPONSES,
        problems: [
          ...COMMIT_PROBLEMS,
          ...BODY_PROBLEMS,
          'file-not-found',
          'file-not-patchable',
          'patch-not-applicable',
          'patch-test-failed',
          'precondition-required',
        ],
      },
      async handle(c: Ctx, scope: TenantScope) {
        const { changes, message, parent } = await body.read(c)
        const { tenant, origin } = scope
        const result = await writer.write({
          tenant,
          origin,
          writes: changes.map(writeOf),
          message,
          expectedHead: parent === undefined ? undefined : (parseOid(parent) as Oid),
          isDryRun: isDryRun(c),
        })
        return commitAnswer(c, scope, result, { made: 201 })
      },
    },
  ]
}
