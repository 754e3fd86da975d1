/**
 * A few objects as a pack that git sees at once and that does not wait for the disk: what a power cut may take is written
 * down elsewhere (commits/journal.ts), and the pack gives way to a lasting one soon.
 */
import { createHash } from 'node:crypto'
import { linkSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Oid } from '../../kernel/ids.ts'
import { ownName } from '../left-behind.ts'
import { removeFile } from '../remove-file.ts'
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

export type SmallPacks = {
  /** Whole or not at all, the index last, as git does it. @throws the file system's error; then nothing is left */
  place(pack: SmallPack): void
  /**
   * Takes packs away, and what kept git from them. One that git has removed is no error.
   * @param lasting one of the same name that has taken the place of one of them, and stays
   */
  remove(names: readonly string[], lasting: string | undefined): void
}

/**
 * Each has a `.keep`, so that no `git repack` takes up what goes in a second. They are links to one file, which names the
 * process: after a kill they go with it (`removeLeftPacks`).
 */
export function openSmallPacks(gitDir: string): SmallPacks {
  const folder = packFolder(gitDir)
  const drafts = draftFolder(gitDir)
  const standing = new Set<string>()
  let keeper: string | undefined

  const pathOf = (name: string, ending: string): string => `${folder}/${name}.${ending}`

  function keep(name: string): void {
    if (keeper === undefined) {
      const path = join(drafts, ownName('keep'))
      writeFileSync(path, `${ownName('commits that the disk does not hold yet')}\n`, { flag: 'wx' })
      keeper = path
    }
    linkSync(keeper, pathOf(name, 'keep'))
    standing.add(name)
  }

  function release(name: string): void {
    removeFile(pathOf(name, 'keep'))
    standing.delete(name)
    if (standing.size > 0 || keeper === undefined) return
    removeFile(keeper)
    keeper = undefined
  }

  return {
    place({ name, pack, index }) {
      // A commit that is tried again within its second is the same commit.
      if (standing.has(name)) return
      const files = [
        { ending: 'pack', path: join(drafts, ownName('pack')), bytes: pack },
        { ending: 'idx', path: join(drafts, ownName('idx')), bytes: index },
      ]
      keep(name)
      try {
        for (const { path, bytes } of files) writeFileSync(path, bytes, { flag: 'wx', mode: PACK_MODE })
        for (const { path, ending } of files) renameSync(path, pathOf(name, ending))
      } catch (error) {
        for (const { path } of files) removeFile(path)
        release(name)
        throw error
      }
    },
    remove(names, lasting) {
      for (const name of names) {
        // The index first, so that nobody finds a pack that is half gone.
        if (name !== lasting) for (const ending of ['idx', 'pack']) removeFile(pathOf(name, ending))
        release(name)
      }
    },
  }
}
