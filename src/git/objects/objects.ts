/**
 * Commits, trees and blobs as the snapshots need them: no checkout, no index.
 * Invariant: objects are addressed by id only, so what is kept of them can never be stale.
 */
import type { Oid } from '../../kernel/ids.ts'
import { type ObjectReader, openObjectReader } from './cat-file.ts'
import { ObjectTooLarge, ObjectUnreadable } from './object-unreadable.ts'
import { parseSimilarTree } from './similar-tree.ts'

export type EntryKind = 'file' | 'symlink' | 'submodule' | 'tree'
export type TreeEntry = { readonly name: string; readonly kind: EntryKind; readonly oid: Oid }

/** The bytes of a file, or how many they are where it has more than were asked for. */
export type Blob = { kind: 'bytes'; bytes: Uint8Array } | { kind: 'too-large'; size: number }

/** What the snapshot builder needs of a set of files: a repository's objects, or a folder on disk. */
export type TreeSource = {
  /**
   * The entries of one tree, in Git's order.
   * @param like entries of a tree that probably resembles it: what stands in both may be given as the very same object
   * @throws ObjectUnreadable
   */
  readTree(oid: Oid, like?: readonly TreeEntry[]): Promise<readonly TreeEntry[]>
  /** For files that nearly always have less: one that has more than `maxBytes` is not read. @throws ObjectUnreadable */
  readBlob(oid: Oid, maxBytes: number): Promise<Blob>
}

/** The tree of a commit, read together with it. */
export type Root = {
  oid: Oid
  /** As `readTree` of its id. */
  entries(like: readonly TreeEntry[]): readonly TreeEntry[]
}

export type GitObjects = TreeSource & {
  /** The tree of a commit. @throws ObjectUnreadable */
  treeOf(commit: Oid): Promise<Oid>
  /** The same with its entries, by one question. @throws ObjectUnreadable */
  rootOf(commit: Oid): Promise<Root>
  /** How many bytes a file has. @throws ObjectUnreadable */
  sizeOf(blob: Oid): Promise<number>
  /** Ends the process that reads. */
  close(): void
}

export function openObjects(gitDir: string, reader: ObjectReader = openObjectReader(gitDir)): GitObjects {
  return {
    treeOf: async (oid) => treeNamed(oid, await reader.read('commit', oid)),
    async rootOf(commit) {
      const [bytes, found] = await Promise.all([reader.read('commit', commit), reader.readTreeOf(commit)])
      const oid = treeNamed(commit, bytes)
      const tree = found?.oid === oid ? found.bytes : await reader.read('tree', oid)
      return { oid, entries: (like) => entriesOf(oid, tree, like) }
    },
    readTree: async (oid, like = []) => entriesOf(oid, await reader.read('tree', oid), like),
    async readBlob(oid, maxBytes) {
      try {
        const bytes = await reader.read('blob', oid, maxBytes)
        return bytes.length > maxBytes ? { kind: 'too-large', size: bytes.length } : { kind: 'bytes', bytes }
      } catch (error) {
        if (error instanceof ObjectTooLarge) return { kind: 'too-large', size: error.size }
        throw error
      }
    },
    sizeOf: (oid) => reader.sizeOf('blob', oid),
    close: () => reader.close(),
  }
}

/** @throws ObjectUnreadable */
function treeNamed(commit: Oid, bytes: Buffer): Oid {
  // Its first line is `tree` and the id (gitformat-commit: every other header comes after it).
  if (!/^tree [0-9a-f]{40}\n/.test(bytes.toString('latin1', 0, 46))) {
    throw new ObjectUnreadable('commit', commit, 'it names no tree')
  }
  return bytes.toString('latin1', 5, 45) as Oid
}

/** @throws ObjectUnreadable */
function entriesOf(tree: Oid, bytes: Buffer, like: readonly TreeEntry[]): readonly TreeEntry[] {
  try {
    return parseSimilarTree(bytes, like)
  } catch (error) {
    if (error instanceof RangeError) throw new ObjectUnreadable('tree', tree, error.message)
    throw error
  }
}
