/**
 * Git's own merge of the contents of single files, many at once: one merge of trees made for it, with one path for each.
 * `git merge-file` is another merge: it looks for the shortest edit, where `git merge` compares by histogram.
 */

import type { Oid } from '../../kernel/ids.ts'
import { inBatches } from '../../kernel/in-batches.ts'
import { parseTree, serializeTree } from '../objects/tree-bytes.ts'
import type { NativeMerges } from './native-merges.ts'
import type { ScratchRepository } from './scratch-repository.ts'

type Versions = { base: Oid; ours: Oid; theirs: Oid }

const FILE_MODE = '100644'

/** @returns a function that gives the merged blob's id, or undefined where it has conflicts */
export function openFileMerges(
  scratch: ScratchRepository,
  native: NativeMerges,
  readTree: (oid: Oid) => Promise<Buffer>,
): (versions: Versions) => Promise<Oid | undefined> {
  return inBatches(async (all) => {
    const treeOf = (side: keyof Versions): Oid =>
      scratch.write(
        'tree',
        serializeTree(all.map((versions, i) => ({ mode: FILE_MODE, name: nameOf(i), oid: versions[side] }))),
      )
    const trees = { base: treeOf('base'), ours: treeOf('ours'), theirs: treeOf('theirs') }
    const { tree, unmerged } = await native.merge({ kind: 'trees', ...trees })
    const conflicted = new Set(unmerged.map(({ path }) => path))
    const merged = new Map(parseTree(await readTree(tree)).map(({ name, oid }) => [name, oid]))
    return all.map((_, i) => (conflicted.has(nameOf(i)) ? undefined : merged.get(nameOf(i))))
  })
}

/** Without an extension: no attributes speak of it. */
const nameOf = (index: number): string => String(index).padStart(6, '0')
