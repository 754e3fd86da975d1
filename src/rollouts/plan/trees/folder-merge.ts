/** What a merge of folders works with, and what it leaves beside the id of the result. */
import type { Oid } from '../../../kernel/ids.ts'
import type { MadeObject } from '../plan.ts'
import type { EntryChange } from './own-changes.ts'
import type { TreeDiff } from './tree-diff.ts'
import type { ReadTree, SideOf } from './trunk-side.ts'

export type FolderMerge = {
  /** What the tenant did since the base, where Git has told; else its trees are read. */
  diff: TreeDiff | undefined
  /** False: some path is not to be decided here, and nothing else of this holds. */
  decided: boolean
  /** What was made on the way. */
  objects: MadeObject[]
  /** Where the result is not simply the trunk's change beside the tenant's: by path, what differs from the head. */
  exceptions: Map<string, Exception>
  /** What the tenant did since the base, by folder: `''`, `tools/`, ... Only of folders that both sides changed. */
  own: Map<string, readonly EntryChange[]>
}

export type Exception = { from: Oid | undefined; to: Oid | undefined }

export type FileVersions = {
  path: string
  /** undefined where the base has no such file. */
  base: Oid | undefined
  ours: Oid
  theirs: Oid
}

/** The merged file's id, or undefined where the sides disagree: whoever merges files notes why. */
export type MergeFile = (file: FileVersions) => Promise<Oid | undefined>

/** What `config/merge.yaml` says, of paths. */
export type PathOwners = {
  /** Whether some path in this folder, or below it, has an owner. `''` is the root; others end in a slash. */
  reaches(folder: string): boolean
  /** Who decides whether `path` is there, and what it is. */
  ownerOf(path: string): 'ours' | 'theirs' | undefined
  /** Whether a place inside of the file has an owner, so that it is merged whoever changed it. */
  reachesInto(path: string): boolean
}

export type FolderMergePorts = {
  readTree: ReadTree
  sideOf: SideOf
  mergeFile: MergeFile
  owners: PathOwners
  treeId(bytes: Buffer): Oid
}

export const newFolderMerge = (diff?: TreeDiff): FolderMerge => ({
  diff,
  decided: true,
  objects: [],
  exceptions: new Map(),
  own: new Map(),
})
