/**
 * Git's own merge of the contents of single files, many at once: one merge of trees made for it, with one path for each.
 * `git merge-file` is another merge: it looks for the shortest edit, where `git merge` compares by histogram.
 */
import type { Oid } from '../kernel/ids.ts'
import type { NativeMerges } from './native-merges.ts'
import type { ScratchRepository } from './scratch-repository.ts'
import { parseTree, serializeTree } from './tree-bytes.ts'

type Versions = { base: Oid; ours: Oid; theirs: Oid }
type Asked = { versions: Versions; resolve(oid: Oid | undefined): void; reject(error: unknown): void }

const FILE_MODE = '100644'
const BATCH = 2_000

/** @returns a function that gives the merged blob's id, or undefined where it has conflicts */
export function openFileMerges(
  scratch: ScratchRepository,
  native: NativeMerges,
  readTree: (oid: Oid) => Promise<Buffer>,
): (versions: Versions) => Promise<Oid | undefined> {
  const queue: Asked[] = []
  let isRunning = false

  async function run(): Promise<void> {
    if (isRunning) return
    isRunning = true
    try {
      await new Promise((resolve) => setImmediate(resolve))
      while (queue.length > 0) await answer(queue.splice(0, BATCH))
    } finally {
      isRunning = false
    }
  }

  async function answer(batch: readonly Asked[]): Promise<void> {
    try {
      const treeOf = (side: keyof Versions): Oid =>
        scratch.write(
          'tree',
          serializeTree(batch.map(({ versions }, i) => ({ mode: FILE_MODE, name: nameOf(i), oid: versions[side] }))),
        )
      const trees = { base: treeOf('base'), ours: treeOf('ours'), theirs: treeOf('theirs') }
      const { tree, unmerged } = await native.merge({ kind: 'trees', ...trees })
      const conflicted = new Set(unmerged.map(({ path }) => path))
      const merged = new Map(parseTree(await readTree(tree)).map(({ name, oid }) => [name, oid]))
      for (const [i, { resolve }] of batch.entries()) {
        const name = nameOf(i)
        resolve(conflicted.has(name) ? undefined : merged.get(name))
      }
    } catch (error) {
      // One damaged blob ends the merge for all.
      if (batch.length === 1) batch[0]!.reject(error)
      else for (const asked of batch) await answer([asked])
    }
  }

  return (versions) =>
    new Promise((resolve, reject) => {
      queue.push({ versions, resolve, reject })
      run().catch(reject)
    })
}

/** Without an extension: no attributes speak of it. */
const nameOf = (index: number): string => String(index).padStart(6, '0')
