/** The objects of a merged tree that neither side has at its place: what has to be written for the tree to be whole. */
import type { Oid } from '../../kernel/ids.ts'
import type { MadeObject } from './plan.ts'
import {
  EMPTY_TREE,
  type Entry,
  type IndexedTree,
  indexTree,
  isFile,
  isFolder,
  oidOf,
  sameEntry,
} from './trees/indexed-tree.ts'

type Read = (type: 'tree' | 'blob', oid: Oid) => Promise<Buffer>

/** @param sides the trees of both sides, whose objects are all there */
export async function newObjects(read: Read, tree: Oid, sides: readonly (Oid | undefined)[]): Promise<MadeObject[]> {
  if (sides.includes(tree)) return []
  const bytes = await read('tree', tree)
  const known = await Promise.all(sides.map((side) => indexed(read, side)))
  const made: MadeObject[] = [{ type: 'tree', oid: tree, bytes }]
  for (const entry of indexTree(bytes).entries) {
    const there = known.map((side) => side.byName.get(entry.name))
    if (there.some((other) => sameEntry(other, entry))) continue
    const oid = oidOf(entry)
    if (isFolder(entry)) made.push(...(await newObjects(read, oid, there.map(folderOf))))
    else if (isFile(entry)) made.push({ type: 'blob', oid, bytes: await read('blob', oid) })
  }
  return made
}

const indexed = async (read: Read, oid: Oid | undefined): Promise<IndexedTree> =>
  oid === undefined ? EMPTY_TREE : indexTree(await read('tree', oid))

const folderOf = (entry: Entry | undefined): Oid | undefined => (entry && isFolder(entry) ? oidOf(entry) : undefined)
