/**
 * How a tree differs from the one that it came from, found without reading what they share: of a hundred entries of which
 * two differ, some twenty comparisons of bytes are made. Pure.
 */
import { type Entry, entryAt, type IndexedTree, MalformedTree } from './indexed-tree.ts'

/** What one side did to a name: at least one of the two is there, and they differ. */
export type EntryChange = { name: string; base: Entry | undefined; now: Entry | undefined }

/** In the order of their names, as bytes. @throws MalformedTree where `bytes` is no tree that Git would write */
export function changesOf(base: IndexedTree, bytes: Buffer): EntryChange[] {
  const changes = new Map<string, EntryChange>()
  const note = (name: string, change: { base?: Entry; now?: Entry }): void => {
    const known = changes.get(name)
    // A name stands twice among the differences where a folder became a file, or a file a folder.
    if (known?.now && change.now) throw new MalformedTree('a name stands twice')
    changes.set(name, { name, base: change.base ?? known?.base, now: change.now ?? known?.now })
  }
  const count = base.entries.length
  let at = 0
  let index = 0
  let lastKey = ''
  while (at < bytes.length) {
    const run = equalRun(base, index, bytes, at)
    if (run > 0) {
      const first = base.entries[index]!
      if (first.key <= lastKey) throw new MalformedTree('the entries are out of order')
      at += base.offsets[index + run]! - base.offsets[index]!
      index += run
      lastKey = base.entries[index - 1]!.key
      continue
    }
    const now = entryAt(bytes, at)
    if (now.key <= lastKey) throw new MalformedTree('the entries are out of order')
    const was = base.entries[index]
    if (was && was.key < now.key) {
      note(was.name, { base: was })
      index += 1
      continue
    }
    if (was?.key === now.key) {
      note(now.name, { base: was, now })
      index += 1
    } else note(now.name, { now })
    lastKey = now.key
    at += now.raw.length
  }
  for (; index < count; index += 1) note(base.entries[index]!.name, { base: base.entries[index]! })
  return [...changes.values()]
}

/** How many entries of `base`, from `index` on, stand at `at` in the same bytes. */
function equalRun(
  { bytes: baseBytes, offsets, entries }: IndexedTree,
  index: number,
  bytes: Buffer,
  at: number,
): number {
  const from = offsets[index]!
  const isEqual = (run: number): boolean => {
    const length = offsets[index + run]! - from
    return at + length <= bytes.length && bytes.compare(baseBytes, from, from + length, at, at + length) === 0
  }
  let equal = 0
  let unequal = entries.length - index + 1
  // The whole rest first: behind the last difference it is the answer.
  for (let run = unequal - 1; unequal - equal > 1; run = (equal + unequal) >> 1) {
    if (isEqual(run)) equal = run
    else unequal = run
  }
  return equal
}
