/** The index of a pack: where each object begins, found by its id. Pure. Source: gitformat-pack(5), version 2. */
import { createHash } from 'node:crypto'
import type { Oid } from '../../kernel/ids.ts'

export type PackedObject = {
  oid: Oid
  /** CRC-32 of the entry as it stands in the pack, so that git may copy it unread. */
  crc: number
  /** In bytes from the pack's start. */
  offset: number
}

const MAGIC = Buffer.of(0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2)
const FANOUT_LENGTH = 256
/** Offsets from here on stand in a table of their own, 8 bytes each. */
const FIRST_LARGE_OFFSET = 0x8000_0000

/** @param checksum the last 20 bytes of the pack */
export function packIndexBytes(objects: readonly PackedObject[], checksum: Uint8Array): Buffer {
  const sorted = objects.toSorted((a, b) => (a.oid < b.oid ? -1 : 1))
  const fanout = Buffer.alloc(FANOUT_LENGTH * 4)
  const crcs = Buffer.alloc(sorted.length * 4)
  const offsets = Buffer.alloc(sorted.length * 4)
  const largeOffsets: Buffer[] = []
  const counts = new Uint32Array(FANOUT_LENGTH)
  for (const [at, { oid, crc, offset }] of sorted.entries()) {
    const first = Number.parseInt(oid.slice(0, 2), 16)
    counts[first] = counts[first]! + 1
    crcs.writeUInt32BE(crc, at * 4)
    if (offset < FIRST_LARGE_OFFSET) offsets.writeUInt32BE(offset, at * 4)
    else {
      offsets.writeUInt32BE(FIRST_LARGE_OFFSET + largeOffsets.length, at * 4)
      const large = Buffer.alloc(8)
      large.writeBigUInt64BE(BigInt(offset))
      largeOffsets.push(large)
    }
  }
  let upTo = 0
  for (const [first, count] of counts.entries()) {
    upTo += count
    fanout.writeUInt32BE(upTo, first * 4)
  }
  const oids = Buffer.from(sorted.map(({ oid }) => oid).join(''), 'hex')
  const content = Buffer.concat([MAGIC, fanout, oids, crcs, offsets, ...largeOffsets, checksum])
  return Buffer.concat([content, createHash('sha1').update(content).digest()])
}
