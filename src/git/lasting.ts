/** What commits have written without waiting for the disk, brought there; and branches that a power cut has set back. */
import { rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { LastingRepository } from '../commits/repository.ts'
import type { RefName } from '../kernel/ids.ts'
import { syncPath } from './durable-files.ts'
import type { GitHistory } from './history/history.ts'
import { ownName } from './left-behind.ts'
import { packFolder, writePack } from './objects/pack-writer.ts'
import type { SmallPacks } from './objects/small-pack.ts'
import type { RefWriter } from './refs/ref-updates.ts'
import type { RefReader } from './refs/refs.ts'

/** As many files wait for the disk at a time: the thread pool has to have room for who waits for an answer. */
const AT_ONCE = 2

export type LastingDeps = {
  gitDir: string
  refs: RefReader
  writer: RefWriter
  small: SmallPacks
  contains: GitHistory['contains']
}

export function openLasting({ gitDir, refs, writer, small, contains }: LastingDeps): LastingRepository {
  /** Git may have packed it since: then its value is in packed-refs. */
  async function syncRef(ref: RefName): Promise<void> {
    try {
      await syncPath(join(gitDir, ref))
    } catch (error) {
      if (!isAbsent(error)) throw error
      await syncPath(join(gitDir, 'packed-refs')).catch(unlessAbsent)
    }
  }

  /** A file that was renamed into place and lost its bytes is none; a symbolic ref is somebody's, and stays. */
  function removeDamaged(ref: RefName): boolean {
    const state = refs.read(ref)
    if (state.kind !== 'odd' || state.reason === 'symbolic') return false
    rmSync(join(gitDir, ref), { force: true })
    return true
  }

  return {
    async keepObjects(objects, packs) {
      // Kept until the small ones are gone: a `git repack` that began while both stand leaves out what is in a kept pack, and
      // removes all others.
      const keep = ownName('commits that stand in two packs')
      const lasting = objects.length > 0 ? await writePack(gitDir, objects, { keep }) : undefined
      // Of one group it is a pack with the very name, in the place of the other.
      small.remove(packs, lasting && basename(lasting.path, '.pack'))
      lasting?.release()
      // That they are gone, too: without their bytes they would be in git's way.
      if (packs.length > 0) await syncPath(packFolder(gitDir))
    },
    async keepRefs(changed) {
      const waiting = changed.values()
      const worker = async (): Promise<void> => {
        for (const ref of waiting) await syncRef(ref)
      }
      await Promise.all(Array.from({ length: AT_ONCE }, worker))
      for (const folder of new Set(changed.map((ref) => dirname(join(gitDir, ref)))))
        await syncPath(folder).catch(unlessAbsent)
    },
    async bringBack(ref, from, to) {
      const wasDamaged = removeDamaged(ref)
      const state = refs.read(ref)
      const found = state.kind === 'oid' ? state.oid : null
      // Behind a damaged file is what was packed once, however old: nobody has gone on from there.
      const isSetBack = wasDamaged || found === null || from.has(found) || (await contains(to, found))
      if (!isSetBack) return { kind: 'stale', found }
      const [outcome] = await writer.move([{ ref, from: found, to, message: 'commit (espalier): again' }])
      return outcome!
    },
  }
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code))

function unlessAbsent(error: unknown): void {
  if (!isAbsent(error)) throw error
}
