/** The repository as commits need it: heads, trees, durable objects, signatures and moves of branches. */
import type { CommitRepository } from '../commits/repository.ts'
import { signCommit } from '../signing/commit.ts'
import type { SigningKey } from '../signing/ssh-key.ts'
import type { GitHistory } from './history/history.ts'
import { openLasting } from './lasting.ts'
import { ownName } from './left-behind.ts'
import type { ObjectReader } from './objects/cat-file.ts'
import type { FreshObjects } from './objects/fresh-objects.ts'
import type { GitObjects } from './objects/objects.ts'
import { writePack } from './objects/pack-writer.ts'
import { openSmallPacks } from './objects/small-pack.ts'
import type { RefWriter } from './refs/ref-updates.ts'
import type { RefReader } from './refs/refs.ts'
import { runGit } from './run.ts'

export type CommitRepositoryDeps = {
  gitDir: string
  refs: RefReader
  objects: GitObjects
  reader: ObjectReader
  fresh: FreshObjects
  writer: RefWriter
  key: SigningKey
  contains: GitHistory['contains']
}

export function openCommitRepository({
  gitDir,
  refs,
  objects,
  reader,
  fresh,
  writer,
  key,
  contains,
}: CommitRepositoryDeps): CommitRepository {
  const small = openSmallPacks(gitDir)
  return {
    head: refs.read,
    treeOf: objects.treeOf,
    async readTreeBytes(oid) {
      const bytes = await reader.read('tree', oid)
      // The next commit of the branch begins with it.
      fresh.remember({ type: 'tree', oid, bytes })
      return bytes
    },
    readBlob: objects.readBlob,
    async changedPaths(from, to) {
      const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--end-of-options', from, to]
      return (await runGit({ cwd: gitDir, args })).toString('utf8').split('\0').filter(Boolean)
    },
    hold: fresh.hold,
    sign: (unsigned) => signCommit(unsigned, key),
    store: (created) => writePack(gitDir, created, { keep: ownName('commits whose branches have not moved yet') }),
    place: small.place,
    move: writer.moveInCache,
    ...openLasting({ gitDir, refs, writer, small, contains }),
  }
}
