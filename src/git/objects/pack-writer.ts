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
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import type { Oid } from '../../kernel/ids.ts'
import { syncFile, syncPath, writeFully, writeSynced } from '../durable-files.ts'
import { isLeftBehind, isOwnName, ownName } from '../left-behind.ts'
import { type NewObject, PACK_HEADER_BYTES, packEntry, packHeader } from './pack-entry.ts'
import { type PackedObject, packIndexBytes } from './pack-index.ts'

/** A pack that stands. `release` lets `git gc` have it; without a `keep` it does nothing. */
export type WrittenPack = { path: string; release(): void }

/** As git makes them: nobody changes a pack. */
export const PACK_MODE = 0o444
const CHUNK_BYTES = 1024 * 1024

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
  const folder = packFolder(gitDir)
  const packDraft = join(draftFolder(gitDir), ownName('pack'))
  const indexDraft = join(draftFolder(gitDir), ownName('idx'))
  const keepDraft = join(draftFolder(gitDir), ownName('keep'))
  try {
    const body = await writeBody(packDraft, objects)
    const name = join(folder, `pack-${body.checksum.toString('hex')}`)
    const keepPath = `${name}.keep`
    // Both wait for the disk at the same time; what is renamed afterwards is on it.
    await Promise.all([body.synced, writeSynced(indexDraft, packIndexBytes(body.packed, body.checksum), PACK_MODE)])
    // Whole or not at all: one that a killed process left empty would say nothing of whose it is, and stay for ever.
    if (keep !== undefined) {
      writeFileSync(keepDraft, `${keep}\n`)
      renameSync(keepDraft, keepPath)
    }
    renameSync(packDraft, `${name}.pack`)
    renameSync(indexDraft, `${name}.idx`)
    await syncPath(folder)
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
export const draftFolder = (gitDir: string): string => existing(join(gitDir, 'espalier', 'packs'))

export const packFolder = (gitDir: string): string => existing(join(gitDir, 'objects', 'pack'))

function existing(folder: string): string {
  mkdirSync(folder, { recursive: true })
  return folder
}

const filesIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []

/** Writes the pack itself; `synced` resolves when it is on the disk. */
async function writeBody(
  path: string,
  objects: Iterable<NewObject>,
): Promise<{ packed: PackedObject[]; checksum: Buffer; synced: Promise<void> }> {
  const fd = openSync(path, 'wx+', PACK_MODE)
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
  const chunk = chunkOf(fd)
  chunk.add(packHeader(0))
  let offset = PACK_HEADER_BYTES
  for (const object of objects) {
    const { oid } = object
    if (known.has(oid)) continue
    known.add(oid)
    const entry = packEntry(object)
    packed.push({ oid, crc: crc32(entry), offset })
    offset += entry.length
    if (chunk.add(entry)) await setImmediate()
  }
  chunk.write()
  return packed
}

/** Gathers what goes to a file into pieces of a megabyte, all of them in one buffer: fresh memory costs more than the copying. */
function chunkOf(fd: number): { add(bytes: Buffer): boolean; write(): void } {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  let length = 0
  const write = (): void => {
    writeFully(fd, buffer.subarray(0, length))
    length = 0
  }
  return {
    /** @returns whether anything was written */
    add(bytes) {
      const isFull = length + bytes.length > CHUNK_BYTES
      if (isFull) write()
      if (bytes.length > CHUNK_BYTES) writeFully(fd, bytes)
      else length += bytes.copy(buffer, length)
      return isFull
    },
    write,
  }
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
