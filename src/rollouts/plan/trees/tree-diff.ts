/** How a tree differs from the one that it came from, as Git tells it: what the trees share is read by nobody here. */
import type { Oid } from '../../../kernel/ids.ts'
import type { Entry, IndexedTree } from './indexed-tree.ts'
import type { EntryChange } from './own-changes.ts'

export type TreePair = { base: Oid; ours: Oid }

/**
 * By folder (`''` is the root, others end in a slash) and by name, in the order of the tree: what stands there in `ours`;
 * undefined = nothing. Names are kept as bytes (indexed-tree.ts); every folder with a difference below it is itself one.
 */
export type TreeDiff = ReadonlyMap<string, ReadonlyMap<string, Entry | undefined>>

const NOTHING: ReadonlyMap<string, Entry | undefined> = new Map()

/** The differences of one folder. @param base that folder of the base */
export const changesIn = (diff: TreeDiff, at: string, base: IndexedTree): EntryChange[] =>
  [...(diff.get(at) ?? NOTHING)].map(([name, now]) => ({ name, base: base.byName.get(name), now }))
