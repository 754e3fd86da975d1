/** PUT, PATCH and DELETE of `/api/v1/files/{path}`: one file, one commit. */
import { CHANGE_LIMITS } from '../../commits/change.ts'
import type { FileWrite, FileWriter } from '../../files/write-files.ts'
import { objectId } from '../../git/objects/object-id.ts'
import type { ProblemCode } from '../../kernel/errors.ts'
import { readRawBody } from '../body.ts'
import {
  COMMIT_ANSWER,
  COMMIT_PROBLEMS,
  commitAnswer,
  isDryRun,
  MESSAGE_PARAMETER,
  messageOf,
  WRITE_PARAMETERS,
} from '../commit-answer.ts'
import type { Ctx, Reply } from '../exchange.ts'
import { FILE_CONDITIONS, fileCondition, fileTag } from '../file-condition.ts'
import { filePathOf, PATH_PARAMETER } from '../file-path.ts'
import { PATCH_BODIES, readPatch } from '../patch-body.ts'
import type { Route } from '../route.ts'
import type { TenantScope } from '../tenant-scope.ts'

const PROBLEMS: readonly ProblemCode[] = [...COMMIT_PROBLEMS, 'precondition-required']

export function fileChangeRoutes({ writer }: { writer: FileWriter }): Route[] {
  /** Reads what is wanted, makes the commit, and answers with the file's new ETag. */
  const handler =
    (read: (c: Ctx, at: Pick<FileWrite, 'path' | 'condition'>) => FileWrite | Promise<FileWrite>) =>
    async (c: Ctx, scope: TenantScope): Promise<Reply> => {
      const path = filePathOf(c)
      const condition = fileCondition(c)
      const options = { message: messageOf(c), isDryRun: isDryRun(c) }
      const write = await read(c, { path, condition })
      const { tenant, origin } = scope
      const result = await writer.write({ tenant, origin, writes: [write], ...options })
      const content = result.contents.get(path)
      const isNew = condition === 'absent'
      return commitAnswer(c, scope, result, {
        made: isNew ? 201 : 200,
        headers: {
          ...(content ? { ETag: fileTag(objectId('blob', content)) } : {}),
          ...(isNew && result.kind === 'committed' ? { Location: c.path } : {}),
        },
      })
    }

  const path = '/api/v1/files/{path+}'
  const common = { path, access: 'tenant', right: 'config:write', effect: 'acts' } as const
  const parameters = [PATH_PARAMETER, ...FILE_CONDITIONS, MESSAGE_PARAMETER, ...WRITE_PARAMETERS]
  const done = { 200: { description: 'The branch holds it.', schema: COMMIT_ANSWER, headers: ['ETag'] } } as const
  return [
    {
      method: 'put',
      ...common,
      operation: {
        id: 'put-file',
        summary: 'Create a file, or replace it as a whole',
        description:
          'The body is the file, byte for byte, whatever its content type. The whole branch is checked with it before anything changes.',
        tag: 'tenant',
        parameters,
        body: { schema: {}, contentType: 'application/octet-stream' },
        responses: {
          ...done,
          201: { description: 'The file is new.', schema: COMMIT_ANSWER, headers: ['ETag', 'Location'] },
        },
        problems: [...PROBLEMS, 'body-too-large'],
      },
      handle: handler(async (c, at) => ({
        ...at,
        kind: 'content',
        content: await readRawBody(c, CHANGE_LIMITS.fileBytes),
      })),
    },
    {
      method: 'patch',
      ...common,
      operation: {
        id: 'patch-file',
        summary: 'Change some values of a JSON or YAML file',
        description: 'Comments, the order of keys and the layout stay: only what the patch changes is written anew.',
        tag: 'tenant',
        parameters,
        body: PATCH_BODIES,
        responses: done,
        problems: [
          ...PROBLEMS,
          'body-invalid',
          'body-malformed',
          'body-too-large',
          'file-not-found',
          'file-not-patchable',
          'media-type-unsupported',
          'patch-not-applicable',
          'patch-test-failed',
        ],
      },
      handle: handler(async (c, at) => ({ ...at, kind: 'patch', patch: await readPatch(c) })),
    },
    {
      method: 'delete',
      ...common,
      operation: {
        id: 'delete-file',
        summary: 'Delete a file',
        tag: 'tenant',
        parameters,
        responses: done,
        problems: [...PROBLEMS, 'file-not-found'],
      },
      handle: handler((_c, at) => ({ ...at, kind: 'delete' })),
    },
  ]
}
