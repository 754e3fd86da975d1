/** The body of a PATCH on a file: its content type says which kind of patch it is (RFC 5789, section 2). */
import type { PatchOperation } from '../edits/json-patch.ts'
import type { Patch } from '../files/patch-file.ts'
import { AppError } from '../kernel/errors.ts'
import type { Json } from '../kernel/json.ts'
import { jsonBody } from './body.ts'
import { type Ctx, requestHeader } from './exchange.ts'
import type { BodyDescription } from './route.ts'

const POINTER = { type: 'string', pattern: '^(?:/(?:[^~/]|~[01])*)*$', description: 'RFC 6901.' } as const
const operation = (op: string, members: object): object => ({
  type: 'object',
  required: ['op', 'path', ...Object.keys(members)],
  properties: { op: { const: op }, path: POINTER, ...members },
})

/** Members that an operation does not have are passed over (RFC 6902, section 4). */
export const OPERATIONS_SCHEMA = {
  type: 'array',
  description: 'JSON Patch (RFC 6902): all operations or none.',
  maxItems: 1_000,
  items: {
    type: 'object',
    required: ['op', 'path'],
    properties: { op: { enum: ['add', 'remove', 'replace', 'move', 'copy', 'test'] }, path: POINTER },
    oneOf: [
      operation('add', { value: {} }),
      operation('replace', { value: {} }),
      operation('test', { value: {} }),
      operation('remove', {}),
      operation('move', { from: POINTER }),
      operation('copy', { from: POINTER }),
    ],
  },
} as const

const MERGE_SCHEMA = {
  description: 'JSON Merge Patch (RFC 7396): members that are null go, maps are merged, anything else replaces.',
} as const

const merge = jsonBody<Json>(MERGE_SCHEMA)
const operations = jsonBody<PatchOperation[]>(OPERATIONS_SCHEMA)

const MERGE_TYPE = 'application/merge-patch+json'
const OPERATIONS_TYPE = 'application/json-patch+json'

export const PATCH_BODIES: readonly BodyDescription[] = [
  { contentType: MERGE_TYPE, schema: MERGE_SCHEMA, example: { requests: 20 } },
  {
    contentType: OPERATIONS_TYPE,
    schema: OPERATIONS_SCHEMA,
    example: [{ op: 'replace', path: '/requests', value: 20 }],
  },
]

/** @throws AppError `media-type-unsupported`, and what `jsonBody` throws */
export async function readPatch(c: Ctx): Promise<Patch> {
  const type = (requestHeader(c, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  if (type === MERGE_TYPE) return { kind: 'merge', patch: await merge.read(c) }
  if (type === OPERATIONS_TYPE) return { kind: 'operations', operations: await operations.read(c) }
  throw new AppError('media-type-unsupported', {
    detail: `A patch is of the type ${MERGE_TYPE} or ${OPERATIONS_TYPE}, not "${type}". With curl: -H 'Content-Type: ${MERGE_TYPE}'.`,
    headers: { 'Accept-Patch': `${MERGE_TYPE}, ${OPERATIONS_TYPE}` },
  })
}
