/**
 * What the trunk did to one folder since a base: the same for every tenant that came from there, so it is worked out once.
 */
import type { Oid } from '../../../kernel/ids.ts'
import { EMPTY_TREE, type Entry, type IndexedTree, indexTree } from './indexed-tree.ts'
import { changesOf, type EntryChange } from './own-changes.ts'

export type TrunkSide = {
  base: IndexedTree
  trunk: IndexedTree
  changes: ReadonlyMap<string, EntryChange>
}

export type ReadTree = (oid: Oid) => Promise<Buffer>

/** What is known at once is given without a promise: it is asked for several times for each of ten thousand tenants. */
export type SideOf = (base: Oid | undefined, trunk: Oid | undefined) => TrunkSide | Promise<TrunkSide>

/** Folders of the trunk and its bases, some 10 KB each; when there are so many they are worked out anew. */
const KEPT_FOLDERS = 2_000

/** @returns a function of the ids of both trees; undefined = there is no such folder */
export function trunkSides(read: ReadTree): SideOf {
  const byBase = new Map<Oid | undefined, Map<Oid | undefined, TrunkSide | Promise<TrunkSide>>>()
  let kept = 0
  const indexed = async (oid: Oid | undefined): Promise<IndexedTree> =>
    oid === undefined ? EMPTY_TREE : indexTree(await read(oid))

  async function compare(baseOid: Oid | undefined, trunkOid: Oid | undefined): Promise<TrunkSide> {
    const [base, trunk] = await Promise.all([indexed(baseOid), indexed(trunkOid)])
    const changes = new Map(changesOf(base, trunk.bytes).map((change) => [change.name, change]))
    return { base, trunk, changes }
  }

  function ofBase(base: Oid | undefined): Map<Oid | undefined, TrunkSide | Promise<TrunkSide>> {
    const known = byBase.get(base)
    if (known) return known
    kept += 1
    if (kept > KEPT_FOLDERS) {
      byBase.clear()
      kept = 1
    }
    const sides = new Map<Oid | undefined, TrunkSide | Promise<TrunkSide>>()
    byBase.set(base, sides)
    return sides
  }

  return (base, trunk) => {
    const sides = ofBase(base)
    const known = sides.get(trunk)
    if (known) return known
    const comparing = compare(base, trunk)
    sides.set(trunk, comparing)
    // A read that failed may pass.
    comparing.then(
      (side) => sides.set(trunk, side),
      () => sides.delete(trunk),
    )
    return comparing
  }
}

/** The three versions of one name. */
export type Versions = { base: Entry | undefined; ours: Entry | undefined; theirs: Entry | undefined }
