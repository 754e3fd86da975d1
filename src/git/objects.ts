/**
 * Commits, trees and blobs of the repository, read through isomorphic-git: no checkout, no index, no child process.
 * Invariant: objects are addressed by id only, so what is cached can never be stale.
 */
import fs from 'node:fs'
import git from 'isomorphic-git'
import type { Oid } from '../kernel/ids.ts'

export type EntryKind = 'file' | 'symlink' | 'submodule' | 'tree'
export type TreeEntry = { name: string; kind: EntryKind; oid: Oid }

/** What the snapshot builder needs of a set of files: a repository's objects, or a folder on disk. */
export type TreeSource = {
  /** The entries of one tree, in Git's order. @throws ObjectUnreadable */
  readTree(oid: Oid): Promise<readonly TreeEntry[]>
  /** @throws ObjectUnreadable */
  readBlob(oid: Oid): Promise<Uint8Array>
}

export type GitObjects = TreeSource & {
  /** The tree of a commit. @throws ObjectUnreadable */
  treeOf(commit: Oid): Promise<Oid>
}

/** An object that is missing, damaged, or of another type than its place says. */
export class ObjectUnreadable extends Error {
  readonly oid: Oid

  constructor(type: string, oid: Oid, cause: unknown) {
    super(`The ${type} ${oid} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'ObjectUnreadable'
    this.oid = oid
  }
}

const KINDS: Readonly<Record<string, EntryKind>> = {
  '100644': 'file',
  '100664': 'file',
  '100755': 'file',
  '120000': 'symlink',
  '160000': 'submodule',
  '040000': 'tree',
}

/**
 * isomorphic-git keeps every pack it has touched in the `cache` that it is given, for ever. A fresh one after this
 * many reads bounds that, at the price of parsing the pack index once more.
 */
const READS_PER_CACHE = 10_000

export function openObjects(gitDir: string): GitObjects {
  let cache = {}
  let reads = 0

  async function read<T>(type: string, oid: Oid, command: (from: ReadParams) => Promise<T>): Promise<T> {
    reads += 1
    if (reads % READS_PER_CACHE === 0) cache = {}
    try {
      return await command({ fs, gitdir: gitDir, oid, cache })
    } catch (error) {
      throw new ObjectUnreadable(type, oid, error)
    }
  }

  return {
    treeOf: async (oid) => (await read('commit', oid, git.readCommit)).commit.tree as Oid,
    readTree: async (oid) => (await read('tree', oid, git.readTree)).tree.map(toEntry),
    readBlob: async (oid) => (await read('blob', oid, git.readBlob)).blob,
  }
}

type ReadParams = { fs: typeof fs; gitdir: string; oid: string; cache: object }

/** A mode that Git does not write today is treated like a link: as something that is not served. */
const toEntry = ({ mode, path, oid }: { mode: string; path: string; oid: string }): TreeEntry => ({
  name: path,
  kind: KINDS[mode] ?? 'symlink',
  oid: oid as Oid,
})
