/** One change of a file among several, as a body of JSON says it. */
import type { PatchOperation } from '../edits/json-patch.ts'
import type { Condition, FileWrite } from '../files/write-files.ts'
import { AppError } from '../kernel/errors.ts'
import type { Json } from '../kernel/json.ts'
import { conditionOf } from './file-condition.ts'
import { OPERATIONS_SCHEMA } from './patch-body.ts'

export const CHANGE_SCHEMA = {
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

export type Change = {
  path: string
  ifMatch?: string
  content?: string
  contentBase64?: string
  patch?: Json
  delete?: true
}
/** @param index its place, for messages @throws AppError `parameter-invalid`, `body-invalid` */
export function writeOf({ path, ifMatch, content, contentBase64, patch, ...rest }: Change, index: number): FileWrite {
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
