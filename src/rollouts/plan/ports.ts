/** What the planner needs of the world. */
import type { Oid } from '../../kernel/ids.ts'
import type { FileCompiler } from '../../snapshots/compile-file.ts'
import type { FileProblem } from '../../snapshots/snapshot.ts'
import type { MadeObject } from './plan.ts'
import type { Unmerged } from './settle-unmerged.ts'
import type { TreeDiff, TreePair } from './trees/tree-diff.ts'

export type PlannerPorts = {
  /** An object's bytes; of those that `nativeMerge` made too. @throws where it is missing, damaged or of another type */
  read(type: 'commit' | 'tree' | 'blob', oid: Oid): Promise<Buffer>
  idOf(type: 'tree' | 'blob', bytes: Uint8Array): Oid
  /** By head; one whose history cannot be read is left out. */
  standings(trunk: Oid, heads: readonly Oid[]): Promise<ReadonlyMap<Oid, Standing>>
  /** In the order of the pairs; where there is none the trees are to be read. */
  diffs(pairs: readonly TreePair[]): Promise<readonly (TreeDiff | undefined)[]>
  /** Git's own merge. @throws where git cannot merge these at all */
  nativeMerge(request: NativeRequest): Promise<NativeResult>
  /** Git's own merge of the contents of a file; undefined where it has conflicts. */
  nativeFileMerge(versions: { base: Oid; ours: Oid; theirs: Oid }): Promise<Oid | undefined>
  compile: FileCompiler
  /** What is wrong with a tree of which `made` may not be written yet. */
  problemsOf(tree: Oid, made: readonly MadeObject[]): Promise<readonly FileProblem[]>
  /** Whether this tree is known to have nothing wrong with it; false = nobody has looked. */
  isKnownValid(tree: Oid): boolean
  noteValid(tree: Oid): void
  /** What an error says of an object that cannot be read; undefined where it is another error. */
  unreadable(error: unknown): string | undefined
}

/** Where a branch stands beside the trunk. */
export type Standing = {
  /** The best common ancestors of its head and the trunk. */
  bases: readonly Oid[]
  /** The head's tree, where it is known without reading the head. */
  tree: Oid | undefined
}

/** Two commits, whose base is what git finds, or two trees and the one that both came from. */
export type NativeRequest =
  | { kind: 'commits'; ours: Oid; theirs: Oid }
  | { kind: 'trees'; base: Oid; ours: Oid; theirs: Oid }

export type NativeResult = {
  /** Of a merge with conflicts too: git's best, with markers in the files. */
  tree: Oid
  isClean: boolean
  unmerged: readonly Unmerged[]
  /** What git says of the conflicts; one of folders names no path. */
  messages: readonly string[]
}
