/** A tree with some of its entries replaced, by copying the bytes between them. Pure. */
import type { Entry, IndexedTree } from './indexed-tree.ts'

/** What is to stand at a name; undefined = nothing. */
export type Edit = { name: string; entry: Entry | undefined }

/**
 * @param edits one for a name
 * @returns the bytes of the tree; `tree.bytes` itself where nothing was to be done
 */
export function spliceTree(tree: IndexedTree, edits: readonly Edit[]): Buffer {
  const cuts: Cut[] = []
  for (const { name, entry } of edits) {
    const there = tree.byName.get(name)
    // Where the mode changes, what was there may stand at another place.
    if (there) cuts.push(cutAt(tree, there.key, 1, entry?.key === there.key ? entry : undefined))
    if (entry && entry.key !== there?.key) cuts.push(cutAt(tree, entry.key, 0, entry))
  }
  if (cuts.length === 0) return tree.bytes
  cuts.sort((a, b) => a.from - b.from || a.to - b.to || (a.key < b.key ? -1 : 1))
  let length = tree.bytes.length
  for (const { from, to, entry } of cuts) length += (entry?.raw.length ?? 0) - (to - from)
  const spliced = Buffer.allocUnsafe(length)
  let at = 0
  let kept = 0
  for (const { from, to, entry } of cuts) {
    at += tree.bytes.copy(spliced, at, kept, from)
    if (entry) at += entry.raw.copy(spliced, at)
    kept = to
  }
  tree.bytes.copy(spliced, at, kept)
  return spliced
}

/** `entry` in the place of the bytes from `from` to `to`. */
type Cut = { from: number; to: number; entry: Entry | undefined; key: string }

/** @param count how many of the tree's entries give way: the one with this key, or none */
function cutAt(tree: IndexedTree, key: string, count: 0 | 1, entry: Entry | undefined): Cut {
  const place = placeOf(tree, key)
  return { from: tree.offsets[place]!, to: tree.offsets[place + count]!, entry, key }
}

/** The index of the first entry whose key is not before `key`. */
function placeOf({ entries }: IndexedTree, key: string): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (entries[middle]!.key < key) low = middle + 1
    else high = middle
  }
  return low
}
