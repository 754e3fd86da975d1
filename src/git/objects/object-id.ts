/** Git's name for bytes: SHA-1 over their type, length and content. Pure. Source: gitformat-loose(5), "Object format". */
import { createHash, hash } from 'node:crypto'
import type { Oid } from '../../kernel/ids.ts'

export type ObjectType = 'blob' | 'tree' | 'commit'

/** What a loose object holds before its bytes, and what its id is made of with them. */
const objectHeader = (type: ObjectType, length: number): string => `${type} ${length}\0`

/** The id that git gives an object of these bytes. */
export function objectId(type: ObjectType, bytes: Uint8Array): Oid {
  const header = objectHeader(type, bytes.length)
  const length = header.length + bytes.length
  if (length > framed.length) return createHash('sha1').update(header).update(bytes).digest('hex') as Oid
  framed.write(header, 0, 'latin1')
  framed.set(bytes, header.length)
  return hash('sha1', framed.subarray(0, length), 'hex') as Oid
}

/** Most objects fit in: to hash one piece at once takes half of what it takes to feed a hash with two. */
const framed = Buffer.allocUnsafeSlow(16 * 1024)
