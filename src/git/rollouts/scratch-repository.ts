/**
 * A bare repository in a temporary folder that sees the objects of another one and keeps its own apart: where git may merge
 * without leaving anything in the real repository, and where neither a configuration nor attributes nor a merge driver of
 * anybody's takes part. Nothing in it is worth keeping: it is written without fsync, and removed when it is closed, or when the
 * next one is made, where its process was killed.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { deflateSync } from 'node:zlib'
import type { Oid } from '../../kernel/ids.ts'
import { isLeftBehind, isOwnName, ownName } from '../left-behind.ts'
import { type ObjectType, objectId } from '../objects/object-id.ts'

export type ScratchRepository = {
  gitDir: string
  /** What git has to run with here. */
  env: Readonly<Record<string, string>>
  /** Stores an object, and gives its id. */
  write(type: ObjectType, bytes: Uint8Array): Oid
  remove(): void
}

const PREFIX = 'espalier-scratch-'

/** @param gitDir the repository whose objects are to be seen */
export function createScratchRepository(gitDir: string): ScratchRepository {
  removeLeftScratch()
  const scratch = join(tmpdir(), PREFIX + ownName('objects'))
  mkdirSync(scratch, { mode: 0o700 })
  for (const folder of ['refs', 'objects/info']) mkdirSync(join(scratch, folder), { recursive: true })
  writeFileSync(join(scratch, 'HEAD'), 'ref: refs/heads/none\n')
  writeFileSync(join(scratch, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n')
  writeFileSync(join(scratch, 'objects/info/alternates'), `${resolve(gitDir, 'objects')}\n`)
  const written = new Set<Oid>()

  return {
    gitDir: scratch,
    env: { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_NO_REPLACE_OBJECTS: '1' },
    write(type, bytes) {
      const oid = objectId(type, bytes)
      if (written.has(oid)) return oid
      const folder = join(scratch, 'objects', oid.slice(0, 2))
      if (!existsSync(folder)) mkdirSync(folder)
      const framed = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`, 'latin1'), bytes])
      writeFileSync(join(folder, oid.slice(2)), deflateSync(framed, { level: 1 }))
      written.add(oid)
      return oid
    },
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  }
}

function removeLeftScratch(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : ''
    const stats = isOwnName(owner) && statSync(join(tmpdir(), name), { throwIfNoEntry: false })
    if (stats && isLeftBehind(owner, stats)) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}
