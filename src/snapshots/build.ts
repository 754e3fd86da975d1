/**
 * A tree becomes a snapshot's content, or the list of everything that is wrong with it.
 *
 * Built from parts that are kept by object id: compiled files by path and blob, folders and contents by tree. So a tenant
 * that changes two files of a hundred costs those two, and tenants with equal trees share one content.
 * Sharing across tenants is safe because the key is a hash of the bytes: whoever has the id has had the same bytes.
 */
import { DOCUMENT_LIMITS } from '../documents/document.ts'
import { tooLargeFile } from '../documents/source-text.ts'
import type { Root, TreeEntry, TreeSource } from '../git/objects/objects.ts'
import { type Clock, systemClock } from '../kernel/clock.ts'
import type { Oid } from '../kernel/ids.ts'
import { createRouters } from '../routing/routers.ts'
import { createLinker } from '../workflows/link.ts'
import { assemble, type Built } from './assemble.ts'
import type { FileCompiler } from './compile-file.ts'
import { FOLDERS, type Folder, isFolder, kindOf } from './file-kinds.ts'
import { type FolderContent, type FolderFile, listedBytes, stemIn } from './folder-content.ts'
import { createKeep } from './keep.ts'
import { type Baseline, collisions, NO_BASELINE, type ReadFile, readFolder, wholeFile } from './read-folder.ts'
import type { FileProblem } from './snapshot.ts'
import { createTurns } from './turns.ts'

export type SnapshotBuilder = {
  /**
   * @param root gives the tree's entries where they have been read already
   * @throws ObjectUnreadable where an object of the tree is missing or damaged
   */
  build(tree: Oid, root?: Root['entries']): Built | Promise<Built>
}

/** What a file takes in memory when it is compiled, for each byte of its text, and beside that (measured). */
const FILE_BYTES = { each: 4, fixed: 2_000 } as const
/** What a content takes beside its folders (measured). */
const CONTENT_BYTES = 1_000

/** A thousand folders: those that many trees have stay, one that a single tenant has is put together again from its files. */
const FOLDERS_BYTES = 4 * 1024 * 1024

/** @param maxBytes of the contents that are kept; of their files half of it */
export function createSnapshotBuilder(
  source: TreeSource,
  compile: FileCompiler,
  { maxBytes = Number.MAX_SAFE_INTEGER, clock = systemClock }: { maxBytes?: number; clock?: Clock } = {},
): SnapshotBuilder {
  const turns = createTurns(clock)
  const routers = createRouters()
  const files = createKeep<string, FolderFile>(maxBytes / 2, ({ bytes }) => bytes)
  const folders = createKeep<string, FolderContent>(Math.min(maxBytes / 4, FOLDERS_BYTES), ({ files: held }) =>
    listedBytes(held),
  )
  const contents = createKeep<Oid, Built>(maxBytes, ({ bytes }) => bytes)
  const linked = createLinker()
  /** Folders that a tree has paid for: the first one that had them. */
  const paid = new WeakSet<FolderContent>()
  const baselines = new Map<Folder, Baseline>()
  let lastRoot: readonly TreeEntry[] = []

  const readFile: ReadFile = (folder, { name, oid }) =>
    files(joined(folder, name, oid), async () => {
      const path = joined(folder, name)
      const blob = await source.readBlob(oid, DOCUMENT_LIMITS.maxBytes)
      if (blob.kind === 'too-large') {
        return fileOf(path, 0, { kind: 'bad', findings: [tooLargeFile(blob.size, DOCUMENT_LIMITS)] })
      }
      const compiled = await turns.take(() => compile(kindOf(folder, stemIn(path)), name, blob.bytes))
      return fileOf(path, blob.bytes.length, compiled)
    })

  async function readTree(tree: Oid, root: Root['entries'] | undefined): Promise<Built> {
    const entries = root ? root(lastRoot) : await source.readTree(tree, lastRoot)
    lastRoot = entries
    const problems: FileProblem[] = [...collisions('', entries), ...topLevelRefusals(entries)]
    const found = await Promise.all(
      entries.map(async ({ name, kind, oid }): Promise<[Folder, FolderContent][]> => {
        const folder = kind === 'tree' ? folderNamed(name) : undefined
        return folder ? [[folder, await folderOf(folder, oid)]] : []
      }),
    )
    const held: Partial<Record<Folder, FolderContent>> = Object.fromEntries(found.flat())
    const bytes = CONTENT_BYTES + unpaid(Object.values(held))
    return turns.take(() => assemble(tree, held, problems, { linked, routers, bytes }))
  }

  const folderOf = (name: Folder, tree: Oid): FolderContent | Promise<FolderContent> =>
    folders(joined(name, tree), async () => {
      const beside = baselines.get(name) ?? NO_BASELINE
      const { content, baseline } = await readFolder(
        name,
        await source.readTree(tree, beside.entries),
        beside,
        readFile,
      )
      baselines.set(name, baseline)
      return content
    })

  function unpaid(held: readonly FolderContent[]): number {
    const due = held.filter((content) => !paid.has(content))
    for (const content of due) paid.add(content)
    return due.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  return { build: (tree, root) => contents(tree, () => readTree(tree, root)) }
}

/**
 * The product's own text for the name. The tree's becomes a stand-in for another text when it is used as a key, and V8
 * gives texts that are made of stand-ins two bytes a letter.
 */
const folderNamed = (name: string): Folder | undefined => FOLDERS.find((folder) => folder === name)

/** As one string: what a template gives is kept as the tree of its parts. */
const joined = (...parts: readonly string[]): string => parts.join('/')

const fileOf = (path: string, length: number, compiled: FolderFile['compiled']): FolderFile => ({
  path,
  compiled,
  bytes: FILE_BYTES.fixed + length * FILE_BYTES.each,
})

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
