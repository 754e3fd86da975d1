/** Objects as they stand in a pack, whole: none is a delta of another. Pure. Source: gitformat-pack(5), version 2. */
import { deflateSync } from 'node:zlib'
import type { Oid } from '../../kernel/ids.ts'
import type { ObjectType } from './object-id.ts'
import { storedZlib } from './stored-zlib.ts'

export type NewObject = { type: ObjectType; oid: Oid; bytes: Uint8Array }

export const PACK_HEADER_BYTES = 12

const TYPE_NUMBERS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3 }

/** A text below this fills no block of a disk; to shrink it would only cost time. */
const STORED_BLOB_BYTES = 1_024

/**
 * Texts shrink to a third at 60 us each; trees and commits are mostly ids and signatures, which hardly shrink, and are
 * stored at 2 us each.
 */
const FRAMES: Readonly<Record<ObjectType, (bytes: Uint8Array) => Buffer>> = {
  commit: storedZlib,
  tree: storedZlib,
  blob: (bytes) => (bytes.length < STORED_BLOB_BYTES ? storedZlib(bytes) : deflateSync(bytes, { level: 1 })),
}

export const packEntry = ({ type, bytes }: NewObject): Buffer =>
  Buffer.concat([entryHeader(type, bytes.length), FRAMES[type](bytes)])

export function packHeader(count: number): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1')
  header.writeUInt32BE(count, 8)
  return header
}

/** The type, and the length in groups of 4 and then 7 bits, low ones first. */
function entryHeader(type: ObjectType, length: number): Buffer {
  const bytes: number[] = []
  let byte = (TYPE_NUMBERS[type] << 4) | (length & 0x0f)
  for (let rest = Math.floor(length / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80)
    byte = rest & 0x7f
  }
  return Buffer.of(...bytes, byte)
}
