/** The leaves of files as they were at any time, parsed once for each distinct blob and format. */
import { LRUCache } from 'lru-cache'
import { DOCUMENT_LIMITS } from '../../documents/document.ts'
import { parseDocument } from '../../documents/parse.ts'
import type { HistoryRepository } from '../repository.ts'
import { type Leaves, leavesOf } from './leaves.ts'
import { type OriginReader, versionKey } from './origins.ts'

/** In bytes of text; parsed it takes a few times as much. Shared by tenants: whoever has a blob's id has had its bytes. */
const CACHE_BYTES = 16 * 1024 * 1024

const VALUES = /\.(json|ya?ml)$/i

export function createVersions(repository: Pick<HistoryRepository, 'blobs'>): OriginReader['leaves'] {
  const known = new LRUCache<string, Leaves>({ maxSize: CACHE_BYTES })

  return async (versions) => {
    const formatted = versions.flatMap((version) => {
      const format = VALUES.exec(version.path)?.[1]?.toLowerCase()
      return format === undefined ? [] : [{ version, format, key: `${format} ${version.blob}` }]
    })
    const missing = formatted.filter(({ key }) => !known.has(key)).map(({ version }) => version.blob)
    const blobs = await repository.blobs([...new Set(missing)], { maxBytes: DOCUMENT_LIMITS.maxBytes })
    const found = new Map<string, Leaves>()
    for (const { version, format, key } of formatted) {
      const bytes = blobs.get(version.blob)
      const leaves = known.get(key) ?? (bytes && parse(format, bytes))
      if (!leaves) continue
      found.set(versionKey(version), leaves)
      if (bytes) known.set(key, leaves, { size: bytes.length + 1 })
    }
    return found
  }
}

function parse(format: string, bytes: Uint8Array): Leaves | undefined {
  const parsed = parseDocument(`file.${format}`, bytes)
  return parsed.kind === 'document' ? leavesOf(parsed.document.value) : undefined
}
