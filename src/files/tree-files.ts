/**
 * The files of one commit, by path: listed page by page, and read.
 * Invariant: nothing is reached but from the tree of the commit that is given; a link is never followed.
 */

import type { Blob, EntryKind, GitObjects, TreeEntry } from '../git/objects/objects.ts'
import type { Oid } from '../kernel/ids.ts'
import { type FileKind, isFolder, isIgnored, kindOf, stemOf } from '../snapshots/file-kinds.ts'

/** `other` is a tenant's own file, which the product does not read; links and submodules are shown so that they can go. */
export type TreeFileKind = FileKind | 'other' | Exclude<EntryKind, 'file' | 'tree'>

export type TreeFile = { path: string; kind: TreeFileKind; oid: Oid }

export type TreeFiles = {
  /** In the order of their paths' bytes, those that come after `after`. @throws ObjectUnreadable */
  list(commit: Oid, query: { prefix: string; after: string | undefined; limit: number }): Promise<TreeFile[]>
  /** @throws ObjectUnreadable */
  find(commit: Oid, path: string): Promise<TreeFile | undefined>
  /** A file of more than `maxBytes` is not read. @throws ObjectUnreadable */
  read(file: TreeFile, maxBytes: number): Promise<Blob>
  /** In bytes. @throws ObjectUnreadable */
  sizeOf(file: TreeFile): Promise<number>
}

export function createTreeFiles(objects: Pick<GitObjects, 'treeOf' | 'readTree' | 'readBlob' | 'sizeOf'>): TreeFiles {
  async function list(
    commit: Oid,
    { prefix, after, limit }: { prefix: string; after: string | undefined; limit: number },
  ): Promise<TreeFile[]> {
    const found: TreeFile[] = []
    const isPast = (path: string): boolean => after === undefined || byBytes(path, after) > 0
    const walk = async (folder: string, tree: Oid): Promise<void> => {
      for (const entry of await objects.readTree(tree)) {
        if (found.length === limit) return
        const path = folder + entry.name
        if (entry.kind !== 'tree') {
          if (path.startsWith(prefix) && isPast(path)) found.push(fileOf(path, entry))
          continue
        }
        const inside = `${path}/`
        const mayHold = inside.startsWith(prefix) || prefix.startsWith(inside)
        if (mayHold && (after?.startsWith(inside) || isPast(inside))) await walk(inside, entry.oid)
      }
    }
    await walk('', await objects.treeOf(commit))
    return found
  }

  async function find(commit: Oid, path: string): Promise<TreeFile | undefined> {
    const names = path.split('/')
    const last = names.pop()
    let tree = await objects.treeOf(commit)
    for (const name of names) {
      const entry = (await objects.readTree(tree)).find((each) => each.name === name)
      if (entry?.kind !== 'tree') return undefined
      tree = entry.oid
    }
    const entry = (await objects.readTree(tree)).find(({ name }) => name === last)
    return entry && entry.kind !== 'tree' ? fileOf(path, entry) : undefined
  }

  return {
    list,
    find,
    async read({ oid }, maxBytes) {
      // Here a file may well be larger, and may be asked for again and again.
      const size = await objects.sizeOf(oid)
      return size > maxBytes ? { kind: 'too-large', size } : objects.readBlob(oid, maxBytes)
    },
    // The commit of a submodule is none of this repository's objects.
    sizeOf: async ({ kind, oid }) => (kind === 'submodule' ? 0 : objects.sizeOf(oid)),
  }
}

const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other))

function fileOf(path: string, { kind, oid }: TreeEntry): TreeFile {
  return { path, kind: kind === 'symlink' || kind === 'submodule' ? kind : servedKind(path), oid }
}

function servedKind(path: string): FileKind | 'other' {
  const [folder = '', name = '', ...deeper] = path.split('/')
  const stem = stemOf(name)
  if (!isFolder(folder) || deeper.length > 0 || isIgnored(name) || stem === undefined) return 'other'
  return kindOf(folder, stem)
}
