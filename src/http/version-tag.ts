/** ETags of rows: by their version, or by what they say; and `If-Match` (RFC 9110, section 13.1.1) over them. */
import { createHash } from 'node:crypto'
import { type Ctx, requestHeader } from './exchange.ts'
import type { Parameter } from './route.ts'

export const versionTag = (version: number): string => `"${version}"`

const TAG_DIGITS = 20

/** Of what does not count its versions: the same for the same content. */
export const contentTag = (content: readonly (string | number | null)[]): string =>
  `"${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, TAG_DIGITS)}"`

/** Whether the caller has seen a version; null where it does not say, and takes whichever there is. */
export function acceptedVersions(c: Ctx): ((version: number) => boolean) | null {
  const accepted = acceptedTags(c)
  return accepted && ((version) => accepted(versionTag(version)))
}

/** The same for ETags as they stand. */
export function acceptedTags(c: Ctx): ((tag: string) => boolean) | null {
  const header = requestHeader(c, 'if-match')
  if (header === undefined || header.trim() === '*') return null
  const tags = new Set(header.split(',').map((tag) => tag.trim()))
  return (tag) => tags.has(tag)
}

export const IF_MATCH: Parameter = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag that was read: the change is refused (412) where another one came first.',
  schema: { type: 'string' },
}
