/** Git's name for bytes: SHA-1 over their type, length and content. Pure. Source: gitformat-loose(5), "Object format". */
import { createHash } from 'node:crypto'
import type { Oid } from '../../kernel/ids.ts'

export type ObjectType = 'blob' | 'tree' | 'commit'

/** What a loose object holds before its bytes, and what its id is made of with them. */
const objectHeader = (type: ObjectType, length: number): string => `${type} ${length}\0`

export const objectId = (type: ObjectType, bytes: Uint8Array): Oid =>
  createHash('sha1').update(objectHeader(type, bytes.length)).update(bytes).digest('hex') as Oid
