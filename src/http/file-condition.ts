/**
 * `If-Match` and `If-None-Match` of a write, whose ETags are ids of blobs (RFC 9110, section 13.1). One version or `*`: a
 * list of versions is nobody's who has read the file.
 */
import type { Condition } from '../files/write-files.ts'
import { AppError } from '../kernel/errors.ts'
import { parseOid } from '../kernel/ids.ts'
import { type Ctx, requestHeader } from './exchange.ts'
import type { Parameter } from './route.ts'

export const FILE_CONDITIONS: readonly Parameter[] = [
  {
    name: 'If-Match',
    in: 'header',
    description: 'The ETag of the version that you have seen; `*` = whatever is there.',
    schema: { type: 'string' },
  },
  {
    name: 'If-None-Match',
    in: 'header',
    description: '`*`: the file is to be new.',
    schema: { const: '*' },
  },
]

export const fileTag = (oid: string): string => `"${oid}"`

/** @throws AppError `parameter-invalid` */
export function fileCondition(c: Ctx): Condition | undefined {
  const match = requestHeader(c, 'if-match')
  const noneMatch = requestHeader(c, 'if-none-match')
  if (match !== undefined && noneMatch !== undefined) {
    throw invalid('Send If-Match for a file that is there, or If-None-Match: * for a new one; not both.')
  }
  if (noneMatch !== undefined) {
    if (noneMatch.trim() === '*') return 'absent'
    throw invalid('If-None-Match must be * here: the file is to be new.')
  }
  return match === undefined ? undefined : conditionOf(match, 'If-Match')
}

/** @param what where `text` came from, for the message @throws AppError `parameter-invalid` */
export function conditionOf(text: string, what: string): Condition {
  const tag = text.trim().replace(/^"(.*)"$/, '$1')
  if (tag === '*') return '*'
  const oid = parseOid(tag)
  if (oid) return oid
  throw invalid(`${what} must be * or the ETag of one version, such as "${'0'.repeat(40)}".`)
}

const invalid = (detail: string): AppError => new AppError('parameter-invalid', { detail })
