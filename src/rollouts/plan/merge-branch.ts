/**
 * The merge of the trunk's tree into one branch's, from three trees to a tree or to conflicts: path by path where that is
 * what Git would do, else by Git itself.
 */
import type { Oid } from '../../kernel/ids.ts'
import type { FileMerger } from './merge-file.ts'
import { newObjects } from './native-objects.ts'
import type { Conflict, Decisions, MadeObject } from './plan.ts'
import type { NativeResult, PlannerPorts } from './ports.ts'
import { nativeSettler } from './settle-native.ts'
import { pathConflict, settleUnmerged } from './settle-unmerged.ts'
import { type FolderMerge, type MergeFile, newFolderMerge, type PathOwners } from './trees/folder-merge.ts'
import { folderMerger } from './trees/merge-folders.ts'
import type { TreeDiff } from './trees/tree-diff.ts'
import type { ReadTree, SideOf } from './trees/trunk-side.ts'

/** The trees of a merge. `base` is undefined where there is none that is one commit's. */
export type BranchTrees = {
  base: Oid | undefined
  ours: Oid
  theirs: Oid
  /** From `base` to `ours`, where it is known. */
  diff: TreeDiff | undefined
}

export type BranchMerge = {
  tree: Oid
  objects: readonly MadeObject[]
  conflicts: readonly Conflict[]
  /** Paths whose text is another one than Git's merge gives. */
  byStructure: readonly string[]
  /** How it was merged path by path; undefined where Git did it. */
  paths: FolderMerge | undefined
}

export type BranchMergerPorts = Pick<PlannerPorts, 'read' | 'idOf' | 'nativeMerge'> & {
  readTree: ReadTree
  sideOf: SideOf
  mergeOneFile: FileMerger
  owners: PathOwners
}

export type Request = {
  trees: BranchTrees
  /** The commits, for Git to find the base where `trees.base` is not given. */
  commits: { ours: Oid; theirs: Oid }
  decisions: Decisions
}

export function branchMerger({ read, idOf, nativeMerge, readTree, sideOf, mergeOneFile, owners }: BranchMergerPorts) {
  const treeId = (bytes: Buffer): Oid => idOf('tree', bytes)
  const lay = nativeSettler({ readTree, owners, treeId })

  /** Merges files for one branch, and keeps what was made and what was disagreed about. */
  function collector(decisions: Decisions) {
    const found = { objects: [] as MadeObject[], conflicts: [] as Conflict[], byStructure: [] as string[] }
    const mergeFile: MergeFile = async (file) => {
      const merged = await mergeOneFile(file, decisions)
      if (merged.kind === 'conflict') {
        found.conflicts.push(...merged.conflicts)
        return undefined
      }
      if (merged.object) found.objects.push(merged.object)
      if (merged.byStructure) found.byStructure.push(file.path)
      return merged.oid
    }
    return { found, mergeFile }
  }

  async function byPath({ trees, decisions }: Request): Promise<BranchMerge | undefined> {
    const { base, ours, theirs, diff } = trees
    const { found, mergeFile } = collector(decisions)
    const paths = newFolderMerge(diff)
    const mergeFolder = folderMerger({ readTree, sideOf, mergeFile, owners, treeId })
    const tree = await mergeFolder(paths, '', [base, ours, theirs])
    if (!paths.decided || tree === undefined) return undefined
    return { ...found, tree, objects: [...found.objects, ...paths.objects], paths }
  }

  async function byGit({ trees, commits, decisions }: Request): Promise<BranchMerge> {
    const { base, ours, theirs } = trees
    const native = await nativeMerge(
      base === undefined ? { kind: 'commits', ...commits } : { kind: 'trees', base, ours, theirs },
    )
    const { found, mergeFile } = collector(decisions)
    const unmerged = native.unmerged.filter(({ path }) => owners.ownerOf(path) === undefined)
    const blobId = (bytes: Uint8Array): Oid => idOf('blob', bytes)
    const readBlob = (oid: Oid): Promise<Buffer> => read('blob', oid)
    const { settled, conflicts, objects } = await settleUnmerged(unmerged, { readBlob, blobId, mergeFile, decisions })
    const merge = newFolderMerge()
    const unsettled = new Set(unmerged.map(({ path }) => path).filter((path) => !settled.has(path)))
    const laying = { merge, mergeFile, settled, skipped: unsettled }
    const tree = (await lay(laying, '', { native: native.tree, base, ours, theirs })) ?? treeId(Buffer.alloc(0))
    const made = new Map([...found.objects, ...objects, ...merge.objects].map((object) => [object.oid, object]))
    const readMade = async (type: 'tree' | 'blob', oid: Oid): Promise<Buffer> =>
      (made.get(oid)?.bytes as Buffer | undefined) ?? read(type, oid)
    return {
      ...found,
      tree,
      objects: await newObjects(readMade, tree, [ours, theirs]),
      conflicts: [...found.conflicts, ...conflicts, ...ofFolders(native)],
      paths: undefined,
    }
  }

  return async (request: Request): Promise<BranchMerge> =>
    (request.trees.base === undefined ? undefined : await byPath(request)) ?? (await byGit(request))
}

/** A conflict of folders names no path that could not be merged: git says it in words alone. */
function ofFolders({ isClean, unmerged, messages }: NativeResult): Conflict[] {
  if (isClean || unmerged.length > 0) return []
  return [pathConflict('', 'path-rename', { base: null, ours: null, theirs: messages.join('\n') })]
}
