/**
 * Git's own merge of a branch, with what this product decides laid over it: files of JSON and YAML that both sides changed
 * are merged by structure, and paths with an owner are the owner's.
 * Invariant: apart from these paths the tree is git's, bit for bit.
 */
import type { Oid } from '../../kernel/ids.ts'
import type { FolderMerge, MergeFile, PathOwners } from './trees/folder-merge.ts'
import {
  EMPTY_TREE,
  type Entry,
  FOLDER_MODE,
  type IndexedTree,
  indexTree,
  isFile,
  isFolder,
  makeEntry,
  oidOf,
  sameEntry,
  textOf,
} from './trees/indexed-tree.ts'
import { type Edit, spliceTree } from './trees/splice-tree.ts'
import type { ReadTree } from './trees/trunk-side.ts'

export type Stage = { mode: string; oid: Oid }

/** Folders by their ids; undefined = there is no such folder, or, for `base`, it is not known. */
export type FolderVersions = {
  native: Oid | undefined
  base: Oid | undefined
  ours: Oid | undefined
  theirs: Oid | undefined
}

type EntryVersions = { [Side in keyof FolderVersions]: Entry | undefined }

export type Laying = {
  /** Takes the objects that are made. */
  merge: FolderMerge
  mergeFile: MergeFile
  /** Paths that git could not merge and that are settled all the same: what is to stand there; undefined = nothing. */
  settled: ReadonlyMap<string, Stage | undefined>
  /** Those that are not: git's version stays. */
  skipped: ReadonlySet<string>
}

export function nativeSettler({
  readTree,
  owners,
  treeId,
}: {
  readTree: ReadTree
  owners: PathOwners
  treeId(bytes: Buffer): Oid
}) {
  const indexed = async (oid: Oid | undefined): Promise<IndexedTree> =>
    oid === undefined ? EMPTY_TREE : indexTree(await readTree(oid))

  /** @param at the folder: `''` is the root, others end in a slash */
  async function lay(laying: Laying, at: string, versions: FolderVersions): Promise<Oid | undefined> {
    const [native, base, ours, theirs] = await Promise.all(
      [versions.native, versions.base, versions.ours, versions.theirs].map(indexed),
    )
    const names = new Set([native, ours, theirs].flatMap((tree) => [...tree!.byName.keys()]))
    for (const path of laying.settled.keys()) if (path.startsWith(at)) names.add(firstNameOf(path.slice(at.length)))
    const edits: Edit[] = []
    for (const name of names) {
      const entries = {
        native: native!.byName.get(name),
        base: base!.byName.get(name),
        ours: ours!.byName.get(name),
        theirs: theirs!.byName.get(name),
      }
      const entry = await entryFor(laying, `${at}${textOf(name)}`, name, entries)
      if (!sameEntry(entry, entries.native)) edits.push({ name, entry })
    }
    if (edits.length === 0) return versions.native
    const bytes = spliceTree(native!, edits)
    if (bytes.length === 0 && at !== '') return undefined
    const oid = treeId(bytes)
    laying.merge.objects.push({ type: 'tree', oid, bytes })
    return oid
  }

  async function entryFor(
    laying: Laying,
    path: string,
    name: string,
    entries: EntryVersions,
  ): Promise<Entry | undefined> {
    const { native, base, ours, theirs } = entries
    if (laying.settled.has(path)) {
      const stage = laying.settled.get(path)
      return stage && makeEntry(name, stage.mode, stage.oid)
    }
    if (laying.skipped.has(path)) return native
    const isOneSides = sameEntry(native, ours) || sameEntry(native, theirs)
    if ([native, ours, theirs].every((entry) => !entry || isFolder(entry))) {
      const isTouched = [...laying.settled.keys()].some((settled) => settled.startsWith(`${path}/`))
      if (isOneSides && !isTouched && !owners.reaches(`${path}/`)) return native
      const oid = await lay(laying, `${path}/`, {
        native: native && oidOf(native),
        base: base && isFolder(base) ? oidOf(base) : undefined,
        ours: ours && oidOf(ours),
        theirs: theirs && oidOf(theirs),
      })
      return oid && makeEntry(name, FOLDER_MODE, oid)
    }
    const owner = owners.ownerOf(path)
    if (owner !== undefined) return owner === 'ours' ? ours : theirs
    const areFiles = native && ours && theirs && isFile(native) && isFile(ours) && isFile(theirs)
    if (!areFiles || sameEntry(ours, theirs)) return native
    const isBoth = base !== undefined && isFile(base) && !isOneSides
    if (!isBoth && !owners.reachesInto(path)) return native
    const oid = await laying.mergeFile({
      path,
      base: base && isFile(base) ? oidOf(base) : undefined,
      ours: oidOf(ours),
      theirs: oidOf(theirs),
    })
    return oid ? makeEntry(name, native.mode, oid) : native
  }

  return lay
}

/** As its bytes, the way that trees keep names. */
const firstNameOf = (path: string): string => Buffer.from(path.split('/', 1)[0]!).toString('latin1')
