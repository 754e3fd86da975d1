/** `POST /api/v1/commits`: several files in one commit, all of them or none. */
import type { FromSchema } from 'json-schema-to-ts'
import { CHANGE_LIMITS } from '../../commits/change.ts'
import type { PatchOperation } from '../../edits/json-patch.ts'
import type { Condition, FileWrite, FileWriter } from '../../files/write-files.ts'
import { AppError } from '../../kernel/errors.ts'
import { type Oid, parseOid } from '../../kernel/ids.ts'
import type { Json } from '../../kernel/json.ts'
import { jsonBody } from '../body.ts'
import { COMMIT_ANSWER, COMMIT_PROBLEMS, commitAnswer, isDryRun, WRITE_PARAMETERS } from '../commit-answer.ts'
import type { Ctx } from '../exchange.ts'
import { conditionOf } from '../file-condition.ts'
import { OPERATIONS_SCHEMA } from '../patch-body.ts'
import type { Route } from '../route.ts'
import type { TenantScope } from '../tenant-scope.ts'

const CHANGE = {
  type: 'object',
  required: ['path'],
  additionalProperties: false,
  properties: {
    path: { type: 'string', description: 'From the top of the branch, such as `config/limits.yaml`.' },
    ifMatch: {
      type: 'string',
      description:
        'The ETag of the version that you have seen; `*` = whatever is there. Without it the file has to be new.',
    },
    content: { type: 'string', description: 'The whole file, as text.' },
    contentBase64: { type: 'string', description: 'The whole file, in Base64.' },
    patch: {
      description: 'On a JSON or YAML file: an object is a merge patch (RFC 7396), an array a JSON Patch (RFC 6902).',
      oneOf: [{ type: 'object' }, OPERATIONS_SCHEMA],
    },
    delete: { const: true },
  },
  oneOf: [
    { required: ['content'] },
    { required: ['contentBase64'] },
    { required: ['patch'] },
    { required: ['delete'] },
  ],
} as const

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
    changes: { type: 'array', minItems: 1, maxItems: CHANGE_LIMITS.files, items: CHANGE },
  },
} as const

type Change = {
  path: string
  ifMatch?: string
  content?: string
  contentBase64?: string
  patch?: Json
  delete?: true
}
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
        responses: {
          200: { description: 'The files are so already, or it was a dry run.', schema: COMMIT_ANSWER },
          201: { description: 'The branch holds the new commit.', schema: COMMIT_ANSWER },
        },
        problems: [
          ...COMMIT_PROBLEMS,
          'body-invalid',
          'body-malformed',
          'body-too-large',
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

function writeOf({ path, ifMatch, content, contentBase64, patch, ...rest }: Change, index: number): FileWrite {
  const isNew = ifMatch === undefined && (content !== undefined || contentBase64 !== undefined)
  const condition: Condition | undefined =
    ifMatch === undefined ? (isNew ? 'absent' : undefined) : conditionOf(ifMatch, `/changes/${index}/ifMatch`)
  if (rest.delete) return { path, condition, kind: 'delete' }
  if (patch !== undefined) {
    return Array.isArray(patch)
      ? { path, condition, kind: 'patch', patch: { kind: 'operations', operations: patch as PatchOperation[] } }
      : { path, condition, kind: 'patch', patch: { kind: 'merge', patch } }
  }
  const bytes = content === undefined ? fromBase64(contentBase64 ?? '', index) : Buffer.from(content)
  return { path, condition, kind: 'content', content: bytes }
}

function fromBase64(text: string, index: number): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')) return bytes
  const pointer = `/changes/${index}/contentBase64`
  throw new AppError('body-invalid', {
    detail: `${pointer} is not Base64 (RFC 4648, section 4).`,
    errors: [{ pointer, detail: 'Write the bytes in Base64, without line breaks.' }],
  })
}
