/**
 * A few objects as a pack that git sees at once and that does not wait for the disk: what a power cut may take is written
 * down elsewhere (commits/written.ts), and the pack gives way to a lasting one soon.
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Oid } from '../kernel/ids.ts'
import { writeFully } from './durable-files.ts'
import { ownName } from './left-behind.ts'
import { type NewObject, PACK_HEADER_BYTES, packEntry, packHeader } from './pack-entry.ts'
import { type PackedObject, packIndexBytes } from './pack-index.ts'
import { draftFolder, PACK_MODE, packFolder } from './pack-writer.ts'

export type SmallPack = {
  /** Its files' name without the ending. */
  name: string
  pack: Buffer
  index: Buffer
}

/** Pure. Each object stands in it once. */
export function smallPack(objects: readonly NewObject[]): SmallPack {
  const entries: Buffer[] = []
  const packed = new Map<Oid, PackedObject>()
  let offset = PACK_HEADER_BYTES
  for (const object of objects) {
    if (packed.has(object.oid)) continue
    const entry = packEntry(object)
    packed.set(object.oid, { oid: object.oid, crc: crc32(entry), offset })
    entries.push(entry)
    offset += entry.length
  }
  const body = Buffer.concat([packHeader(entries.length), ...entries])
  const checksum = createHash('sha1').update(body).digest()
  return {
    name: `pack-${checksum.toString('hex')}`,
    pack: Buffer.concat([body, checksum]),
    index: packIndexBytes([...packed.values()], checksum),
  }
}

/** Whole or not at all, the index last, as git does it. @throws the file system's error; then nothing is left */
export function placePack(gitDir: string, { name, pack, index }: SmallPack): void {
  const drafts = [draft(gitDir, 'pack', pack), draft(gitDir, 'idx', index)] as const
  try {
    for (const { write } of drafts) write()
    for (const { path, ending } of drafts) renameSync(path, join(packFolder(gitDir), `${name}.${ending}`))
  } catch (error) {
    for (const { path } of drafts) rmSync(path, { force: true })
    throw error
  }
}

/** The index first, so that nobody finds a pack that is half gone. One that git has removed is no error. */
export function removePack(gitDir: string, name: string): void {
  for (const ending of ['idx', 'pack']) rmSync(join(packFolder(gitDir), `${name}.${ending}`), { force: true })
}

function draft(gitDir: string, ending: string, bytes: Buffer) {
  const path = join(draftFolder(gitDir), ownName(ending))
  return {
    path,
    ending,
    write(): void {
      const fd = openSync(path, 'wx', PACK_MODE)
      try {
        writeFully(fd, bytes)
      } finally {
        closeSync(fd)
      }
    },
  }
}
