/** `/api/v1/files`: the files of a tenant's branch, as they stand at its head, valid or not. */
import { isUtf8 } from 'node:buffer'
import type { TreeFile, TreeFiles } from '../../files/tree-files.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Oid } from '../../kernel/ids.ts'
import { headOf } from '../../snapshots/snapshot.ts'
import { answer, answerEmpty, answerJson, type Ctx, isNotModified, type Reply } from '../exchange.ts'
import { fileTag } from '../file-condition.ts'
import { filePathOf, PATH_PARAMETER } from '../file-path.ts'
import { PAGE_PARAMETERS, pageOf, pageSchema } from '../paging.ts'
import type { Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'

/** What git may hold is more than what we send at once. */
const MAX_BYTES = 16 * 1024 * 1024

const FILE = {
  type: 'object',
  required: ['path', 'kind', 'oid', 'size'],
  properties: {
    path: { type: 'string' },
    kind: {
      enum: ['tool', 'workflow', 'config', 'policy', 'other', 'symlink', 'submodule'],
      description: "What the product reads it as; `other` is the tenant's own.",
    },
    oid: { type: 'string', description: 'The id of its content, which its ETag is.' },
    size: { type: 'integer', minimum: 0, description: 'In bytes.' },
  },
} as const

/** By ending; anything else is text or bytes. Never a type that a browser would run. */
const TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  md: 'text/markdown; charset=utf-8',
}

export function fileRoutes({ files }: { files: TreeFiles }): Route[] {
  async function list(c: Ctx, { served, ...scope }: TenantScope): Promise<Reply> {
    const { pageSize, pageToken } = pageOf(c)
    const prefix = c.query('prefix') ?? ''
    const found = await files.list(headOf(served), { prefix, after: pageToken, limit: pageSize + 1 })
    const page = found.slice(0, pageSize)
    const items = await Promise.all(page.map(async (file) => ({ ...file, size: await files.sizeOf(file) })))
    const next = found.length > pageSize ? page.at(-1) : undefined
    const body = { items, ...(next ? { nextPageToken: next.path } : {}) }
    return answerJson(c, body, { headers: scopeHeaders({ ...scope, served }) })
  }

  async function get(c: Ctx, scope: TenantScope): Promise<Reply> {
    const path = filePathOf(c)
    const file = await requireFile(files, headOf(scope.served), path)
    const etag = fileTag(file.oid)
    const headers = { ...scopeHeaders(scope), ETag: etag }
    if (isNotModified(c, etag)) return answerEmpty(c, 304, headers)
    const blob = await files.read(file, MAX_BYTES)
    if (blob.kind === 'too-large') {
      throw new AppError('file-not-found', {
        detail: `${path} has ${blob.size} bytes; files of more than ${MAX_BYTES} are read with git alone.`,
      })
    }
    return answer(c, new Uint8Array(blob.bytes), typeOf(path, blob.bytes), { headers })
  }

  return [
    {
      method: 'get',
      path: '/api/v1/files',
      access: 'tenant',
      right: 'config:read',
      effect: 'reads',
      operation: {
        id: 'list-files',
        summary: "The files of the tenant's branch, in the order of their paths",
        tag: 'tenant',
        parameters: [
          {
            name: 'prefix',
            in: 'query',
            description: 'Only paths that begin so, such as `tools/`.',
            schema: { type: 'string' },
          },
          ...PAGE_PARAMETERS,
        ],
        responses: { 200: { description: 'A page of files.', schema: pageSchema(FILE) } },
        problems: ['parameter-invalid'],
      },
      handle: list,
    },
    {
      method: 'get',
      path: '/api/v1/files/{path+}',
      access: 'tenant',
      right: 'config:read',
      effect: 'reads',
      operation: {
        id: 'get-file',
        summary: 'One file, byte for byte',
        description:
          'As it stands at the head of the branch, valid or not; `/api/v1/config` has what is served. The ETag is the id of the content, and what a later change names in `If-Match`.',
        tag: 'tenant',
        parameters: [
          PATH_PARAMETER,
          {
            name: 'If-None-Match',
            in: 'header',
            description: 'The ETag of an earlier answer: 304 where nothing has changed.',
            schema: { type: 'string' },
          },
        ],
        responses: {
          200: {
            description: 'The bytes; the content type is by the ending.',
            contentType: 'application/octet-stream',
          },
          304: { description: 'Nothing has changed.' },
        },
        problems: ['parameter-invalid', 'file-not-found'],
      },
      handle: get,
    },
  ]
}

async function requireFile(files: TreeFiles, head: Oid, path: string): Promise<TreeFile> {
  const file = await files.find(head, path)
  if (file && file.kind !== 'symlink' && file.kind !== 'submodule') return file
  throw new AppError('file-not-found', {
    detail: file
      ? `${path} is a ${file.kind === 'symlink' ? 'symbolic link' : 'submodule'}, which is not followed.`
      : `There is no file ${path} on this branch. GET /api/v1/files lists those that there are.`,
  })
}

function typeOf(path: string, bytes: Uint8Array): string {
  const ending = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  const known = Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined
  return known ?? (isUtf8(bytes) && !bytes.includes(0) ? 'text/plain; charset=utf-8' : 'application/octet-stream')
}
