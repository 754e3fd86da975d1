/** One commit of the trunk, and the merge of it into one branch after another. */

import type { Oid } from '../../kernel/ids.ts'
import type { Json } from '../../kernel/json.ts'
import { kindOf, stemOf } from '../../snapshots/file-kinds.ts'
import type { FileProblem } from '../../snapshots/snapshot.ts'
import { mergeRulesOf } from '../merge/rules/merge-rules.ts'
import { type BranchMerge, type BranchTrees, branchMerger } from './merge-branch.ts'
import { fileMerger } from './merge-file.ts'
import { ruledPaths } from './path-owners.ts'
import type { Change, Merged, Outcome, PlannedTenant, Target } from './plan.ts'
import type { PlannerPorts, Standing } from './ports.ts'
import { pathConflict } from './settle-unmerged.ts'
import { indexTree, isFolder, MalformedTree, oidOf, textOf } from './trees/indexed-tree.ts'
import { type PathChange, treeChanges } from './trees/tree-changes.ts'
import type { TreeDiff, TreePair } from './trees/tree-diff.ts'
import { type ReadTree, trunkSides } from './trees/trunk-side.ts'
import { treeValidator } from './validity/validator.ts'

export type Trunk = {
  plan(target: Target, known: Known): Promise<PlannedTenant>
  /** How the trees of many differ from those that they came from. */
  diffs(targets: readonly Target[], standings: ReadonlyMap<Oid, Standing>): Promise<ReadonlyMap<Target, TreeDiff>>
  problems(): Promise<readonly FileProblem[]>
  /** It is known to have none. */
  noteValid(): void
}

/** What was found out about a target together with many others. */
type Known = {
  /** undefined = its history cannot be read. */
  standing: Standing | undefined
  /** undefined = its trees are to be read. */
  diff: TreeDiff | undefined
  /** Whether it is known to be valid. */
  isValid: boolean
}

/** @throws where the commit cannot be read */
export async function openTrunk(ports: PlannerPorts, commit: Oid): Promise<Trunk> {
  const readTree: ReadTree = (oid) => ports.read('tree', oid)
  const sideOf = trunkSides(readTree)
  const theirs = await treeOf(ports, commit)
  const { owners, policiesFor } = ruledPaths(mergeRulesOf(await rulesIn(ports, theirs)))
  const mergeOneFile = fileMerger({
    readBlob: (oid) => ports.read('blob', oid),
    blobId: (bytes) => ports.idOf('blob', bytes),
    nativeMerge: ports.nativeFileMerge,
    policiesFor,
  })
  const mergeBranch = branchMerger({ ...ports, readTree, sideOf, mergeOneFile, owners })
  const validator = treeValidator({ ...ports, readTree, sideOf })
  const changed = new Map<Oid, Promise<readonly Change[]>>()
  const baseTrees = new Map<Oid, Promise<Oid>>()

  /** What the trunk changed since a base. */
  function trunkChanges(base: Oid): Promise<readonly Change[]> {
    const known = changed.get(base)
    if (known) return known
    const changes = treeChanges(readTree, base, theirs).then((paths) => paths.map(asChange))
    changed.set(base, changes)
    return changes
  }

  function baseTreeOf(base: Oid): Promise<Oid> {
    const known = baseTrees.get(base)
    if (known) return known
    const tree = treeOf(ports, base)
    baseTrees.set(base, tree)
    return tree
  }

  async function outcomeOf(
    target: Target,
    { base, tree }: { base: Oid | undefined; tree: Oid | undefined },
    { diff, isValid }: Known,
  ): Promise<Outcome> {
    const trees: BranchTrees = {
      base: base === undefined ? undefined : await baseTreeOf(base),
      ours: tree ?? (await treeOf(ports, target.head)),
      theirs,
      diff,
    }
    if (isValid) ports.noteValid(trees.ours)
    const commits = { ours: target.head, theirs: commit }
    const merge = await mergeBranch({ trees, commits, decisions: target.decisions })
    if (merge.conflicts.length > 0) return { kind: 'conflict', conflicts: merge.conflicts }
    const merged: Merged = { tree: merge.tree, changes: await changesOf(trees, merge), objects: merge.objects }
    const verdict = await validator.verdict(trees, merge)
    if (verdict.kind === 'invalid') return { ...verdict, merged }
    return merge.byStructure.length > 0
      ? { kind: 'structural', merged, paths: merge.byStructure }
      : { kind: 'clean', merged }
  }

  async function changesOf({ base, ours }: BranchTrees, merge: BranchMerge): Promise<readonly Change[]> {
    const { tree, paths, objects } = merge
    if (!paths || base === undefined) {
      const made = new Map(objects.map(({ oid, bytes }) => [oid, bytes as Buffer]))
      const read: ReadTree = async (oid) => made.get(oid) ?? readTree(oid)
      return (await treeChanges(read, ours, tree)).map(asChange)
    }
    const changes = await trunkChanges(base)
    const { exceptions } = paths
    if (exceptions.size === 0) return changes
    const own = [...exceptions].filter(([, { from, to }]) => from !== to)
    return [
      ...changes.filter(({ path }) => !exceptions.has(path)),
      ...own.map(([path, { from, to }]) => ({ path, change: changeOf(from, to) })),
    ].sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  async function planAt(target: Target, known: Known): Promise<[Oid | null, Outcome]> {
    const { hold } = target
    const { standing } = known
    if (hold) return [null, { kind: 'held', hold }]
    if (standing === undefined) return [null, unreadable(target.head, 'its history cannot be read')]
    const { bases, tree } = standing
    if (bases.length === 0) {
      const conflict = pathConflict('', 'no-common-commit', { base: null, ours: null, theirs: null })
      return [null, { kind: 'conflict', conflicts: [conflict] }]
    }
    const base = baseOf(target, standing)
    if (base === commit) return [commit, { kind: 'noop' }]
    try {
      return [base ?? null, await outcomeOf(target, { base, tree }, known)]
    } catch (error) {
      const reason = error instanceof MalformedTree ? error.message : ports.unreadable(error)
      if (reason === undefined) throw error
      return [base ?? null, unreadable(target.head, reason)]
    }
  }

  return {
    async plan(target, known) {
      const { tenant, ref, head } = target
      const [base, outcome] = await planAt(target, known)
      return { tenant, ref, head, base, outcome }
    },
    async diffs(targets, standings) {
      const pairs: (TreePair & { target: Target })[] = []
      for (const target of targets) {
        const standing = target.hold === null ? standings.get(target.head) : undefined
        const commitOfBase = standing && baseOf(target, standing)
        if (standing?.tree === undefined || commitOfBase === undefined || commitOfBase === commit) continue
        // One that cannot be read is told of where its tenant is planned.
        const base = await baseTreeOf(commitOfBase).catch(() => undefined)
        if (base) pairs.push({ target, base, ours: standing.tree })
      }
      const diffs = await ports.diffs(pairs)
      return new Map(pairs.flatMap(({ target }, i) => (diffs[i] ? [[target, diffs[i]]] : [])))
    },
    problems: () => validator.problems(theirs, []),
    noteValid: () => ports.noteValid(theirs),
  }
}

/** The commit that the merge starts from; undefined where there is none, or several independent ones. */
function baseOf({ reapply }: Target, { bases }: Standing): Oid | undefined {
  const [only] = bases.length === 1 ? bases : []
  return only !== undefined && only === reapply?.insteadOf ? reapply.base : only
}

/** Of a commit's first line: `tree` and the id. */
async function treeOf({ read }: Pick<PlannerPorts, 'read'>, commit: Oid): Promise<Oid> {
  return (await read('commit', commit)).toString('latin1', 'tree '.length, 'tree '.length + 40) as Oid
}

/** The value of `config/merge.*` of a tree; undefined where there is none, or none that is good: then no rule counts. */
async function rulesIn({ read, compile }: PlannerPorts, tree: Oid): Promise<Json | undefined> {
  const folder = indexTree(await read('tree', tree)).byName.get('config')
  if (!folder || !isFolder(folder)) return undefined
  for (const entry of indexTree(await read('tree', oidOf(folder))).entries) {
    const name = textOf(entry.name)
    if (stemOf(name) !== 'merge') continue
    const file = compile(kindOf('config', 'merge'), name, await read('blob', oidOf(entry)))
    if (file.kind === 'good' && file.definition.kind === 'config') return file.definition.value
  }
  return undefined
}

const asChange = ({ path, from, to }: PathChange): Change => ({ path, change: changeOf(from, to) })

const changeOf = (from: unknown, to: unknown): Change['change'] =>
  from === undefined ? 'added' : to === undefined ? 'deleted' : 'changed'

/** Git's own name for a tree that holds nothing: there is no merged one. */
const EMPTY_TREE_ID = '4b825dc642cb6eb9a060e54bf8d69288fbee4904' as Oid

function unreadable(head: Oid, reason: string): Outcome {
  const detail = `The branch cannot be merged, since something of the commit ${head} cannot be read: ${reason}. Restore it, or reset the branch.`
  const problem: FileProblem = { file: '', line: 1, column: 1, pointer: '', code: 'object-unreadable', detail }
  return { kind: 'invalid', merged: { tree: EMPTY_TREE_ID, changes: [], objects: [] }, caused: [], present: [problem] }
}
