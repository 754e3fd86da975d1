/**
 * A tree becomes a snapshot's content, or the list of everything that is wrong with it.
 *
 * Built from parts that are kept by object id: compiled files by blob, folders and contents by tree. So a tenant that
 * changes two files of a hundred costs those two, and tenants with equal trees share one content.
 * Sharing across tenants is safe because the key is a hash of the bytes: whoever has the id has had the same bytes.
 */
import { LRUCache } from 'lru-cache'
import type { TreeEntry, TreeSource } from '../git/objects.ts'
import type { Oid } from '../kernel/ids.ts'
import { assemble } from './assemble.ts'
import type { CompiledFile, FileCompiler } from './compile-file.ts'
import { type Folder, isFolder } from './file-kinds.ts'
import { collisions, compileEntry, createFolderReader, type FolderContent, wholeFile } from './read-folder.ts'
import type { Content, FileProblem } from './snapshot.ts'

export type Built = { kind: 'content'; content: Content } | { kind: 'refused'; problems: readonly FileProblem[] }

export type SnapshotBuilder = {
  /** @throws ObjectUnreadable where an object of the tree is missing or damaged */
  build(tree: Oid): Promise<Built>
}

/** What is kept of what was built. A compiled file takes a few times the bytes of its source. */
const CACHE = { fileBytes: 128 * 1024 * 1024, folders: 50_000, contents: 50_000 } as const

export function createSnapshotBuilder(source: TreeSource, compile: FileCompiler): SnapshotBuilder {
  const files = new LRUCache<string, CompiledFile>({ maxSize: CACHE.fileBytes })
  const folders = new LRUCache<string, FolderContent>({ max: CACHE.folders })
  const contents = new LRUCache<Oid, Built>({ max: CACHE.contents })
  const building = new Map<Oid, Promise<Built>>()
  const readFolder = createFolderReader(compileEntry(source, compile, files))

  /** Concurrent misses of one tree are one build. */
  function build(tree: Oid): Promise<Built> {
    const known = contents.get(tree)
    if (known) return Promise.resolve(known)
    const underWay = building.get(tree)
    if (underWay) return underWay
    const started = read(tree).finally(() => building.delete(tree))
    building.set(tree, started)
    return started
  }

  async function read(tree: Oid): Promise<Built> {
    const entries = await source.readTree(tree)
    const problems: FileProblem[] = [...collisions('', entries), ...topLevelRefusals(entries)]
    const found: Partial<Record<Folder, FolderContent>> = {}
    for (const { name, kind, oid } of entries) {
      if (kind === 'tree' && isFolder(name)) found[name] = await folder(name, oid)
    }
    const built = assemble(tree, found, problems)
    contents.set(tree, built)
    return built
  }

  async function folder(name: Folder, tree: Oid): Promise<FolderContent> {
    const key = `${name}:${tree}`
    const known = folders.get(key)
    if (known) return known
    const content = await readFolder(name, await source.readTree(tree))
    folders.set(key, content)
    return content
  }

  return { build }
}

function* topLevelRefusals(entries: readonly TreeEntry[]): Iterable<FileProblem> {
  for (const { name, kind } of entries) {
    if (kind === 'submodule') yield wholeFile(name, 'file-not-allowed', 'A submodule is not read; commit the files.')
    if (kind === 'symlink')
      yield wholeFile(name, 'file-not-allowed', 'A symbolic link is not followed; commit the file.')
    if (kind === 'file' && isFolder(name)) {
      yield wholeFile(name, 'file-not-allowed', `"${name}" must be a folder; this is a file.`)
    }
  }
}
