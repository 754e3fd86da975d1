/**
 * A folder on disk as a tree source, so that files are checked before they are committed by the code that will serve
 * them. Reads the folder once, when opened; object ids are Git's own (SHA-1 over the framed bytes).
 */
import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { objectId } from '../git/objects/object-id.ts'
import { ObjectUnreadable } from '../git/objects/object-unreadable.ts'
import type { EntryKind, TreeEntry, TreeSource } from '../git/objects/objects.ts'
import type { Oid } from '../kernel/ids.ts'
import { isFolder } from './file-kinds.ts'

/** The folder's source and the id of its root, which stands for a tree of the product's own folders only. */
export function openFolder(path: string): { source: TreeSource; root: Oid } {
  const trees = new Map<Oid, readonly TreeEntry[]>()
  const blobs = new Map<Oid, Uint8Array>()

  const readFolder = (folder: string, descend: (name: string) => boolean): Oid => {
    const entries = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.name !== '.git')
      .map((entry) => readEntry(join(folder, entry.name), entry, descend))
    const oid = objectId('tree', Buffer.from(JSON.stringify(entries)))
    trees.set(oid, entries)
    return oid
  }

  const readEntry = (at: string, entry: Dirent, descend: (name: string) => boolean): TreeEntry => {
    const kind = kindOf(entry)
    const { name } = entry
    if (kind === 'tree') return { name, kind, oid: descend(name) ? readFolder(at, () => false) : EMPTY }
    if (kind !== 'file') return { name, kind, oid: EMPTY }
    const bytes = readFileSync(at)
    const oid = objectId('blob', bytes)
    blobs.set(oid, bytes)
    return { name, kind, oid }
  }

  const root = readFolder(path, isFolder)
  return {
    root,
    source: {
      readTree: async (oid) => found('tree', oid, trees.get(oid)),
      readBlob: async (oid, maxBytes) => {
        const bytes = found('blob', oid, blobs.get(oid))
        return bytes.length > maxBytes ? { kind: 'too-large', size: bytes.length } : { kind: 'bytes', bytes }
      },
    },
  }
}

const EMPTY = objectId('tree', new Uint8Array())

const kindOf = (entry: Dirent): EntryKind => (entry.isDirectory() ? 'tree' : entry.isFile() ? 'file' : 'symlink')

function found<T>(type: string, oid: Oid, value: T | undefined): T {
  if (value === undefined) throw new ObjectUnreadable(type, oid, 'it is not in this folder')
  return value
}
