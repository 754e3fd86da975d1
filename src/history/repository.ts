/**
 * What history needs of a repository: commits, which of them reach which, and what differs between trees.
 * Every function throws `AppError` `repository-failed` where an object is missing or damaged, and `overloaded` where too
 * many ask at once.
 */
import type { Oid } from '../kernel/ids.ts'
import type { Commit } from './commit.ts'

/** One file that differs between two trees. */
export type FileChange = {
  path: string
  change: 'added' | 'deleted' | 'modified' | 'renamed'
  /** Where a renamed file was. */
  previousPath?: string
  /** The file before; null where it was added. */
  from: FileVersion | null
  to: FileVersion | null
}
export type FileVersion = { blob: Oid; mode: string }

/** Two trees; null is the tree without files. */
export type TreePair = { from: Oid | null; to: Oid | null }

/** A commit as a place in the graph. */
export type GraphNode = { id: Oid; tree: Oid; parents: readonly Oid[] }

export type HistoryRepository = {
  /**
   * Ids of commits that `start` reaches, itself included, newest first.
   * @param path only those that changed this file or folder, taken literally
   */
  list(request: { start: Oid; path: string | undefined; skip: number; limit: number }): Promise<Oid[]>
  /** In the order of `ids`; each is known to be a commit. */
  commits(ids: readonly Oid[]): Promise<Commit[]>
  /** Those of `ids` that `trunk` does not reach. */
  notIn(trunk: Oid, ids: readonly Oid[]): Promise<ReadonlySet<Oid>>
  /** Every commit that one of `tips` reaches. */
  reachable(tips: readonly Oid[]): Promise<ReadonlySet<Oid>>
  /** The commits that `start` reaches and `except` does not, at most `limit` of them, each after all its children. */
  graph(start: Oid, options: { limit: number; except: Oid | undefined }): Promise<GraphNode[]>
  /** `steps` first parents back from `start`; undefined where its history is shorter. */
  ancestor(start: Oid, steps: number): Promise<Oid | undefined>
  /** The best common ancestors: none of histories that share nothing, several of those that crossed. */
  mergeBases(one: Oid, other: Oid): Promise<Oid[]>
  /** For each pair the files that differ, by path. `renames` finds files that moved and stayed much the same. */
  changes(pairs: readonly TreePair[], options: { renames: boolean }): Promise<FileChange[][]>
  /** The contents of files; those that are larger than `maxBytes` are left out. */
  blobs(ids: readonly Oid[], options: { maxBytes: number }): Promise<ReadonlyMap<Oid, Uint8Array>>
  /** The difference as text, as `git diff` prints it, and whether it was cut off at `maxBytes`. */
  patch(
    pair: TreePair,
    options: { path: string | undefined; maxBytes: number },
  ): Promise<{ text: string; isCut: boolean }>
}
