/** ETags of rows that count their versions, and `If-Match` (RFC 9110, section 13.1.1) over them. */
import { type Ctx, requestHeader } from './exchange.ts'
import type { Parameter } from './route.ts'

export const versionTag = (version: number): string => `"${version}"`

/** Whether the caller has seen a version; null where it does not say, and takes whichever there is. */
export function acceptedVersions(c: Ctx): ((version: number) => boolean) | null {
  const header = requestHeader(c, 'if-match')
  if (header === undefined || header.trim() === '*') return null
  const tags = new Set(header.split(',').map((tag) => tag.trim()))
  return (version) => tags.has(versionTag(version))
}

export const IF_MATCH: Parameter = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag that was read: the change is refused (412) where another one came first.',
  schema: { type: 'string' },
}
