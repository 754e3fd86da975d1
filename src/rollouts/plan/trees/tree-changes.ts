/** Which paths differ between two trees: folders with one id are not looked into. */
import type { Oid } from '../../../kernel/ids.ts'
import { EMPTY_TREE, type Entry, type IndexedTree, indexTree, isFolder, oidOf, textOf } from './indexed-tree.ts'
import { changesOf } from './own-changes.ts'
import type { ReadTree } from './trunk-side.ts'

/** A path that is no folder, on both sides; undefined = there is none. */
export type PathChange = { path: string; from: Entry | undefined; to: Entry | undefined }

/** By path, in the order of the trees. */
export async function treeChanges(
  read: ReadTree,
  from: Oid | undefined,
  to: Oid | undefined,
  at = '',
): Promise<PathChange[]> {
  if (from === to) return []
  const [before, after] = await Promise.all([indexed(read, from), indexed(read, to)])
  const changes: PathChange[] = []
  for (const { name, base, now } of changesOf(before, after.bytes)) {
    const path = `${at}${textOf(name)}`
    const [was, is] = [folderOf(base), folderOf(now)]
    if (was || is) changes.push(...(await treeChanges(read, was, is, `${path}/`)))
    const [old, made] = [was ? undefined : base, is ? undefined : now]
    if (old || made) changes.push({ path, from: old, to: made })
  }
  return changes
}

const indexed = async (read: ReadTree, oid: Oid | undefined): Promise<IndexedTree> =>
  oid === undefined ? EMPTY_TREE : indexTree(await read(oid))

const folderOf = (entry: Entry | undefined): Oid | undefined => (entry && isFolder(entry) ? oidOf(entry) : undefined)
