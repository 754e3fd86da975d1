/**
 * What the trunk did to one folder since a base: the same for every tenant that came from there, so it is worked out once.
 */
import { LRUCache } from 'lru-cache'
import type { Oid } from '../../../kernel/ids.ts'
import { EMPTY_TREE, type Entry, type IndexedTree, indexTree } from './indexed-tree.ts'
import { changesOf, type EntryChange } from './own-changes.ts'

export type TrunkSide = {
  base: IndexedTree
  trunk: IndexedTree
  changes: ReadonlyMap<string, EntryChange>
}

export type ReadTree = (oid: Oid) => Promise<Buffer>

/** Folders of the trunk and its bases; some 10 KB each. */
const KEPT_FOLDERS = 2_000

/** @returns a function of the ids of both trees; undefined = there is no such folder */
export function trunkSides(read: ReadTree): (base: Oid | undefined, trunk: Oid | undefined) => Promise<TrunkSide> {
  const sides = new LRUCache<string, Promise<TrunkSide>>({ max: KEPT_FOLDERS })
  const indexed = async (oid: Oid | undefined): Promise<IndexedTree> =>
    oid === undefined ? EMPTY_TREE : indexTree(await read(oid))

  async function compare(baseOid: Oid | undefined, trunkOid: Oid | undefined): Promise<TrunkSide> {
    const [base, trunk] = await Promise.all([indexed(baseOid), indexed(trunkOid)])
    const changes = new Map(changesOf(base, trunk.bytes).map((change) => [change.name, change]))
    return { base, trunk, changes }
  }

  return (base, trunk) => {
    const key = `${base ?? ''} ${trunk ?? ''}`
    const known = sides.get(key)
    if (known) return known
    const side = compare(base, trunk)
    sides.set(key, side)
    // A read that failed may pass.
    side.catch(() => sides.delete(key))
    return side
  }
}

/** The three versions of one name. */
export type Versions = { base: Entry | undefined; ours: Entry | undefined; theirs: Entry | undefined }
