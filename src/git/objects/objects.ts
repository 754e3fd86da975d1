/**
 * Commits, trees and blobs as the snapshots need them: no checkout, no index.
 * Invariant: objects are addressed by id only, so what is kept of them can never be stale.
 */
import type { Oid } from '../../kernel/ids.ts'
import { type ObjectReader, openObjectReader } from './cat-file.ts'
import { ObjectUnreadable } from './object-unreadable.ts'
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
  /** A file of more than `maxBytes` is not read at all. @throws ObjectUnreadable */
  readBlob(oid: Oid, maxBytes: number): Promise<Blob>
}

export type GitObjects = TreeSource & {
  /** The tree of a commit. @throws ObjectUnreadable */
  treeOf(commit: Oid): Promise<Oid>
  /** Ends the process that reads. */
  close(): void
}

export function openObjects(gitDir: string, reader: ObjectReader = openObjectReader(gitDir)): GitObjects {
  return {
    async treeOf(oid) {
      const bytes = await reader.read('commit', oid)
      // Its first line is `tree` and the id (gitformat-commit: every other header comes after it).
      const tree = /^tree (?<oid>[0-9a-f]{40})\n/.exec(bytes.toString('latin1', 0, 46))?.groups?.oid
      if (tree === undefined) throw new ObjectUnreadable('commit', oid, 'it names no tree')
      return tree as Oid
    },
    async readTree(oid, like = []) {
      const bytes = await reader.read('tree', oid)
      try {
        return parseSimilarTree(bytes, like)
      } catch (error) {
        if (error instanceof RangeError) throw new ObjectUnreadable('tree', oid, error.message)
        throw error
      }
    },
    async readBlob(oid, maxBytes) {
      const size = await reader.sizeOf('blob', oid)
      return size > maxBytes ? { kind: 'too-large', size } : { kind: 'bytes', bytes: await reader.read('blob', oid) }
    },
    close: () => reader.close(),
  }
}
