/** A tree with some of its entries replaced, by copying the bytes between them. Pure. */
import type { Entry, IndexedTree } from './indexed-tree.ts'

/**
 * @param edits by name: what is to stand there; undefined = nothing
 * @returns the bytes of the tree; `tree.bytes` itself where nothing was to be done
 */
export function spliceTree(tree: IndexedTree, edits: ReadonlyMap<string, Entry | undefined>): Buffer {
  const cuts: Cut[] = []
  for (const [name, entry] of edits) {
    const there = tree.byName.get(name)
    if (there && entry && there.key === entry.key) cuts.push({ ...rangeOf(tree, there), entry, key: entry.key })
    else {
      if (there) cuts.push({ ...rangeOf(tree, there), entry: undefined, key: there.key })
      if (entry) {
        const at = tree.offsets[placeOf(tree, entry.key)]!
        cuts.push({ from: at, to: at, entry, key: entry.key })
      }
    }
  }
  if (cuts.length === 0) return tree.bytes
  cuts.sort((a, b) => a.from - b.from || a.to - b.to || (a.key < b.key ? -1 : 1))
  const pieces: Buffer[] = []
  let kept = 0
  for (const { from, to, entry } of cuts) {
    pieces.push(tree.bytes.subarray(kept, from))
    if (entry) pieces.push(entry.raw)
    kept = to
  }
  pieces.push(tree.bytes.subarray(kept))
  return Buffer.concat(pieces)
}

type Cut = { from: number; to: number; entry: Entry | undefined; key: string }

function rangeOf(tree: IndexedTree, { key }: Entry): { from: number; to: number } {
  const place = placeOf(tree, key)
  return { from: tree.offsets[place]!, to: tree.offsets[place + 1]! }
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
