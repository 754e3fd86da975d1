/**
 * What is wrong with a merged tree in its tenant's context: shown to be nothing where that can be shown, else found by the
 * code that serves it.
 */
import { LRUCache } from 'lru-cache'
import type { Oid } from '../../../kernel/ids.ts'
import type { CompiledFile } from '../../../snapshots/compile-file.ts'
import { FOLDERS, type Folder, kindOf, stemOf, TREE_LIMITS } from '../../../snapshots/file-kinds.ts'
import type { FileProblem } from '../../../snapshots/snapshot.ts'
import type { BranchMerge, BranchTrees } from '../merge-branch.ts'
import type { PlannerPorts } from '../ports.ts'
import type { FolderMerge } from '../trees/folder-merge.ts'
import { isFolder, oidOf, textOf } from '../trees/indexed-tree.ts'
import { changesOf, type EntryChange } from '../trees/own-changes.ts'
import { treeChanges } from '../trees/tree-changes.ts'
import { changesIn } from '../trees/tree-diff.ts'
import type { ReadTree, SideOf } from '../trees/trunk-side.ts'
import { isProven } from './proof.ts'
import { type CompileEntry, type TrunkEffect, trunkEffect } from './trunk-effect.ts'

export type Verdict =
  | { kind: 'valid' }
  | { kind: 'invalid'; caused: readonly FileProblem[]; present: readonly FileProblem[] }

export type ValidatorPorts = Pick<PlannerPorts, 'read' | 'compile' | 'problemsOf' | 'isKnownValid' | 'noteValid'> & {
  readTree: ReadTree
  sideOf: SideOf
}

/** Compiled files of the trunk, its bases and of merges. */
const KEPT_FILES = 2_000
const KEPT_EFFECTS = 200

export function treeValidator(ports: ValidatorPorts) {
  const { read, compile, problemsOf, isKnownValid, noteValid, readTree, sideOf } = ports
  const files = new LRUCache<string, Promise<CompiledFile>>({ max: KEPT_FILES })
  const effects = new LRUCache<string, Promise<TrunkEffect | undefined>>({ max: KEPT_EFFECTS })

  const compileFrom =
    (readBlob: (oid: Oid) => Promise<Buffer>): CompileEntry =>
    (folder, name, oid) => {
      const key = `${folder}/${name} ${oid}`
      const known = files.get(key)
      if (known) return known
      const file = readBlob(oid).then((bytes) => compile(kindOf(folder, stemOf(name) ?? name), name, bytes))
      files.set(key, file)
      file.catch(() => files.delete(key))
      return file
    }

  function effectOf(base: Oid, trunk: Oid): Promise<TrunkEffect | undefined> {
    const key = `${base} ${trunk}`
    const known = effects.get(key)
    if (known) return known
    const effect = workOut(base, trunk)
    effects.set(key, effect)
    effect.catch(() => effects.delete(key))
    return effect
  }

  async function workOut(base: Oid, trunk: Oid): Promise<TrunkEffect | undefined> {
    if ((await problems(trunk, [])).length > 0) return undefined
    const root = await sideOf(base, trunk)
    const addedNames = [...root.changes.values()].filter(({ base: was }) => !was).map(({ name }) => textOf(name))
    const changes = await treeChanges(readTree, base, trunk)
    return trunkEffect(
      changes,
      addedNames,
      compileFrom((oid) => read('blob', oid)),
    )
  }

  async function problems(tree: Oid, made: BranchMerge['objects']): Promise<readonly FileProblem[]> {
    if (isKnownValid(tree)) return []
    const found = await problemsOf(tree, made)
    if (found.length === 0) noteValid(tree)
    return found
  }

  /** What the tenant has of its own in the folders that the product reads, whether the trunk changed these or not. */
  async function ownChanges({ base, theirs, diff }: BranchTrees & { base: Oid }, merged: FolderMerge) {
    const own = new Map<Folder | '', readonly EntryChange[]>()
    const room = new Map<Folder, number>()
    const rootSide = await sideOf(base, theirs)
    const root = merged.own.get('') ?? []
    own.set('', root)
    for (const folder of FOLDERS) {
      const trunkEntry = rootSide.trunk.byName.get(folder)
      const changed = root.find(({ name }) => name === folder)
      if (!changed) continue
      if ([changed.base, changed.now, trunkEntry].some((entry) => !entry || !isFolder(entry))) return undefined
      const side = await sideOf(oidOf(changed.base!), oidOf(trunkEntry!))
      const at = `${folder}/`
      const known = merged.own.get(at) ?? (diff && changesIn(diff, at, side.base))
      own.set(folder, known ?? changesOf(side.base, await readTree(oidOf(changed.now!))))
      room.set(folder, TREE_LIMITS.filesPerFolder - side.trunk.entries.length)
    }
    return { own, room }
  }

  async function isSurelyValid(trees: BranchTrees, merge: BranchMerge): Promise<boolean> {
    const { base, ours, theirs } = trees
    if (!merge.paths || base === undefined || !isKnownValid(ours)) return false
    const effect = await effectOf(base, theirs)
    if (!effect) return false
    const found = await ownChanges({ ...trees, base }, merge.paths)
    if (!found) return false
    const made = new Map(merge.objects.map(({ oid, bytes }) => [oid, bytes as Buffer]))
    const readBlob = async (oid: Oid): Promise<Buffer> => made.get(oid) ?? read('blob', oid)
    const { exceptions } = merge.paths
    return isProven({ effect, exceptions, ...found }, { readBlob, compile: compileFrom(readBlob) })
  }

  return {
    problems,
    async verdict(trees: BranchTrees, merge: BranchMerge): Promise<Verdict> {
      if (isKnownValid(merge.tree)) return { kind: 'valid' }
      if (await isSurelyValid(trees, merge)) {
        noteValid(merge.tree)
        return { kind: 'valid' }
      }
      const found = await problems(merge.tree, merge.objects)
      if (found.length === 0) return { kind: 'valid' }
      const before = new Set((await problems(trees.ours, [])).map(sameness))
      const isPresent = (problem: FileProblem): boolean => before.has(sameness(problem))
      return {
        kind: 'invalid',
        caused: found.filter((problem) => !isPresent(problem)),
        present: found.filter(isPresent),
      }
    },
  }
}

/** Lines move when a file is merged: what is wrong, and with which value, tells whether it is the same problem. */
const sameness = ({ file, code, pointer, detail }: FileProblem): string => JSON.stringify([file, code, pointer, detail])
