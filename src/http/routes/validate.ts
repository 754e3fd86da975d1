/** `POST /api/v1/validate`: what `espalier validate` says, of changes that nobody has committed. */
import { CHANGE_LIMITS } from '../../commits/change.ts'
import type { FileWriter } from '../../files/write-files.ts'
import { jsonBody } from '../body.ts'
import { answerJson, type Ctx } from '../exchange.ts'
import { CHANGE_SCHEMA, type Change, writeOf } from '../file-change-body.ts'
import type { Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'

const { ifMatch: _ofVersions, ...members } = CHANGE_SCHEMA.properties

const VALIDATE_BODY = {
  title: 'Changes to check',
  type: 'object',
  required: ['changes'],
  additionalProperties: false,
  properties: {
    changes: {
      type: 'array',
      minItems: 1,
      maxItems: CHANGE_LIMITS.files,
      items: { ...CHANGE_SCHEMA, properties: members },
    },
  },
} as const

const VERDICT = {
  type: 'object',
  required: ['valid', 'revision', 'changed'],
  properties: {
    valid: { const: true },
    revision: { type: 'string', description: 'The commit that the changes were laid on.' },
    changed: { type: 'array', description: 'Paths that would be different.', items: { type: 'string' } },
  },
} as const

export function validateRoutes({ writer }: { writer: FileWriter }): Route[] {
  const body = jsonBody<{ changes: Change[] }>(VALIDATE_BODY)
  return [
    {
      method: 'post',
      path: '/api/v1/validate',
      access: 'tenant',
      right: 'config:read',
      effect: 'acts',
      operation: {
        id: 'validate-changes',
        summary: 'Check changes of files without committing them',
        description:
          'The branch as it would be is checked by the code that serves it. Whatever is at the paths, or is not, may be replaced.',
        tag: 'tenant',
        body: {
          schema: body.schema,
          example: { changes: [{ path: 'config/limits.yaml', content: 'requests: 20\n' }] },
        },
        responses: { 200: { description: 'The branch would be valid.', schema: VERDICT } },
        problems: [
          'body-invalid',
          'body-malformed',
          'body-too-large',
          'change-invalid',
          'file-not-found',
          'file-not-patchable',
          'parameter-invalid',
          'patch-not-applicable',
          'patch-test-failed',
        ],
      },
      async handle(c: Ctx, scope: TenantScope) {
        const { changes } = await body.read(c)
        const result = await writer.write({
          tenant: scope.tenant,
          origin: scope.origin,
          writes: changes.map((change, index) => ({ ...writeOf(change, index), condition: 'any' })),
          message: undefined,
          isDryRun: true,
        })
        const [revision, changed] =
          result.kind === 'would-commit' ? [result.parent, result.changed] : [result.revision, []]
        return answerJson(c, { valid: true, revision, changed }, { headers: scopeHeaders(scope) })
      },
    },
  ]
}
