/**
 * Objects as one pack with its index: what thousands of new objects, or the few of a group of commits, cost two files and
 * two fsyncs.
 *
 * Invariants: a pack is seen only when it and its index are whole and on the disk (index last, as git does it); an object
 * stands in it once; nothing is deltified, so no object depends on another. A `.keep` beside it, written first, keeps
 * `git gc` from the objects until the refs stand that lead to them.
 * Source: gitformat-pack(5), version 2.
 */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, readdirSync, readFileSync, readSync, rmSync, statSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { crc32, deflateSync } from 'node:zlib'
import type { Oid } from '../kernel/ids.ts'
import { openFile, syncFile, syncFolder, writeFully, writeSynced } from './durable-files.ts'
import { isLeftBehind, isOwnName, ownName } from './left-behind.ts'
import type { ObjectType } from './object-id.ts'
import { type PackedObject, packIndexBytes } from './pack-index.ts'
import { storedZlib } from './stored-zlib.ts'

export type NewObject = { type: ObjectType; oid: Oid; bytes: Uint8Array }

/** A pack that stands. `release` lets `git gc` have it; without a `keep` it does nothing. */
export type WrittenPack = { path: string; release(): void }

/** As git makes them: nobody changes a pack. */
const PACK_MODE = 0o444
const HEADER_LENGTH = 12
const CHUNK_BYTES = 1024 * 1024

const TYPE_NUMBERS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3 }

/**
 * Texts shrink to a third at 60 us each; trees and commits are mostly ids and signatures, which hardly shrink, and are
 * stored at 2 us each.
 */
const FRAMES: Readonly<Record<ObjectType, (bytes: Uint8Array) => Buffer>> = {
  commit: storedZlib,
  tree: storedZlib,
  blob: (bytes) => deflateSync(bytes, { level: 1 }),
}

/**
 * Writes `objects` as a pack of the repository at `gitDir`; where it fails nothing is left. Lets others have their turn
 * after every megabyte.
 * @param keep what the `.keep` file says; without it there is none. With a name of `ownName` it goes with the process
 * @throws the file system's error, such as ENOSPC
 */
export async function writePack(
  gitDir: string,
  objects: Iterable<NewObject>,
  { keep }: { keep?: string } = {},
): Promise<WrittenPack> {
  const folder = join(gitDir, 'objects', 'pack')
  mkdirSync(folder, { recursive: true })
  mkdirSync(draftFolder(gitDir), { recursive: true })
  const packDraft = join(draftFolder(gitDir), ownName('pack'))
  const indexDraft = join(draftFolder(gitDir), ownName('idx'))
  const keepDraft = join(draftFolder(gitDir), ownName('keep'))
  try {
    const body = await writeBody(packDraft, objects)
    const name = join(folder, `pack-${body.checksum.toString('hex')}`)
    const keepPath = `${name}.keep`
    // Both wait for the disk at the same time; what is renamed afterwards is on it.
    await Promise.all([
      body.synced,
      writeSynced(indexDraft, packIndexBytes(body.packed, body.checksum), PACK_MODE),
      keep === undefined ? undefined : writeFile(keepDraft, `${keep}\n`),
    ])
    // Whole or not at all: one that a killed process left empty would say nothing of whose it is, and stay for ever.
    if (keep !== undefined) await rename(keepDraft, keepPath)
    await rename(packDraft, `${name}.pack`)
    await rename(indexDraft, `${name}.idx`)
    await syncFolder(folder)
    return { path: `${name}.pack`, release: () => rmSync(keepPath, { force: true }) }
  } catch (error) {
    for (const path of [packDraft, indexDraft, keepDraft]) rmSync(path, { force: true })
    throw error
  }
}

/** Removes unfinished packs of processes that are gone, and what they kept from `git gc`. */
export function removeLeftPacks(gitDir: string): void {
  for (const path of filesIn(draftFolder(gitDir))) {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats && isLeftBehind(basename(path), stats)) rmSync(path, { force: true })
  }
  for (const path of filesIn(join(gitDir, 'objects', 'pack'))) {
    if (!path.endsWith('.keep')) continue
    const stats = statSync(path, { throwIfNoEntry: false })
    const reason = stats && readFileSync(path, 'utf8').trim()
    if (reason && isOwnName(reason) && isLeftBehind(reason, stats)) rmSync(path, { force: true })
  }
}

/** Outside of `objects/`, where `git gc --prune=now` removes what is being written. */
const draftFolder = (gitDir: string): string => join(gitDir, 'espalier', 'packs')

const filesIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []

/** Writes the pack itself; `synced` resolves when it is on the disk. */
async function writeBody(
  path: string,
  objects: Iterable<NewObject>,
): Promise<{ packed: PackedObject[]; checksum: Buffer; synced: Promise<void> }> {
  const fd = await openFile(path, 'wx+', PACK_MODE)
  try {
    const packed = await writeEntries(fd, objects)
    writeFully(fd, packHeader(packed.length), 0)
    const checksum = checksumOf(fd)
    writeFully(fd, checksum)
    return { packed, checksum, synced: syncFile(fd).finally(() => closeSync(fd)) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

async function writeEntries(fd: number, objects: Iterable<NewObject>): Promise<PackedObject[]> {
  const packed: PackedObject[] = []
  const known = new Set<Oid>()
  // How many there are is known only at the end: the header follows.
  let chunk: Buffer[] = [Buffer.alloc(HEADER_LENGTH)]
  let chunkBytes = 0
  let offset = HEADER_LENGTH
  for (const { type, oid, bytes } of objects) {
    if (known.has(oid)) continue
    known.add(oid)
    const entry = Buffer.concat([entryHeader(type, bytes.length), FRAMES[type](bytes)])
    packed.push({ oid, crc: crc32(entry), offset })
    chunk.push(entry)
    chunkBytes += entry.length
    offset += entry.length
    if (chunkBytes < CHUNK_BYTES) continue
    writeFully(fd, Buffer.concat(chunk))
    chunk = []
    chunkBytes = 0
    await setImmediate()
  }
  writeFully(fd, Buffer.concat(chunk))
  return packed
}

function packHeader(count: number): Buffer {
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

/** Of all that stands in the file, which is still in memory. */
function checksumOf(fd: number): Buffer {
  const hash = createHash('sha1')
  const block = Buffer.allocUnsafe(CHUNK_BYTES)
  for (let at = 0; ; ) {
    const read = readSync(fd, block, 0, block.length, at)
    if (read === 0) return hash.digest()
    hash.update(block.subarray(0, read))
    at += read
  }
}
