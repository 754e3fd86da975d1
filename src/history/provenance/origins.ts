/**
 * In which commit a file, and each leaf of it, got the value that it has: back through the history, from child to parent,
 * for as long as a parent has the same. Pure of everything but the repository that it reads.
 *
 * Of a merge, the first parent that has the value is followed: what the branch had already did not come by the merge, and
 * what came by it is traced on the other side. A value that no parent has was made by the commit itself. For whole files
 * this is what `git log -1 <start> -- <path>` gives (git-log(1), "Default mode" of history simplification).
 */
import type { Oid } from '../../kernel/ids.ts'
import type { FileChange, GraphNode, HistoryRepository, TreePair } from '../repository.ts'
import type { Leaves } from './leaves.ts'

/** What is asked about: a file as it is at the start, with its leaves. */
export type Wanted = ReadonlyMap<string, Leaves>

/** Null where it is older than the commits that were looked at. */
export type Origin = Oid | null

/** By path. */
export type Origins = ReadonlyMap<string, { file: Origin; leaves: ReadonlyMap<string, Origin> }>

export type OriginRequest = {
  start: Oid
  wanted: Wanted
  /** The side whose commits are none of the answer: there a walk ends. Undefined = to the first commit. */
  except: Oid | undefined
  maxCommits: number
}

export type OriginReader = {
  repository: Pick<HistoryRepository, 'graph' | 'commits' | 'changes'>
  /** By `versionKey`, the leaves of versions of files; one that cannot be read is left out. */
  leaves(versions: readonly Version[]): Promise<ReadonlyMap<string, Leaves>>
}

/** What a file was once. */
export type Version = { path: string; blob: Oid }
export const versionKey = ({ path, blob }: Version): string => `${path} ${blob}`

/** A file that is looked for from a commit on. */
type Trail = {
  /** Whether the file as a whole is looked for still. */
  isWhole: boolean
  leaves: Map<string, string>
  /** By leaf, and `WHOLE`: the last merge that kept the value against another one of the excepted side. */
  kept: Map<string, Oid>
}

/** No pointer: those begin with a slash or are empty. */
const WHOLE = 'whole'
/** Commits whose differences are asked of git at once. */
const WINDOW = 256

/** @returns for each wanted file and leaf its commit, or null where that is older than `maxCommits` */
export async function findOrigins(reader: OriginReader, request: OriginRequest): Promise<Origins> {
  const { start, wanted, except, maxCommits } = request
  const graph = await reader.repository.graph(start, { limit: maxCommits, except })
  const nodes = new Map(graph.map((node) => [node.id, node]))
  const isCut = graph.length >= maxCommits
  const found = new Map(
    [...wanted.keys()].map((path) => [path, { file: null as Origin, leaves: new Map<string, Origin>() }]),
  )
  const trails = new Map<Oid, Map<string, Trail>>()
  trails.set(
    start,
    new Map([...wanted].map(([path, leaves]) => [path, { isWhole: true, leaves: new Map(leaves), kept: new Map() }])),
  )

  const settle = (path: string, trail: Trail, originOf: (item: string) => Origin): void => {
    const entry = found.get(path)
    if (trail.isWhole && entry) entry.file = originOf(WHOLE)
    for (const pointer of trail.leaves.keys()) entry?.leaves.set(pointer, originOf(pointer))
  }

  /** Hands what a parent has the same on to it; beyond the graph there is the other side, or what is not looked at. */
  const follow = (path: string, part: Trail, node: GraphNode, parent: Oid): void => {
    if (!part.isWhole && part.leaves.size === 0) return
    if (!nodes.has(parent)) {
      const isOtherSide = except !== undefined && !isCut
      settle(path, part, (item) => (isOtherSide ? (part.kept.get(item) ?? node.id) : null))
      return
    }
    const there = trails.get(parent) ?? new Map<string, Trail>()
    trails.set(parent, there)
    const known = there.get(path)
    there.set(path, known ? joined(known, part) : part)
  }

  for (let at = 0; at < graph.length && trails.size > 0; at += WINDOW) {
    const window = graph.slice(at, at + WINDOW)
    const changes = await changesOf(reader, window, nodes)
    const leaves = await leavesBefore(reader, changes, wanted)
    for (const node of window) {
      for (const [path, trail] of trails.get(node.id) ?? []) step(node, path, trail)
      trails.delete(node.id)
    }

    function step(node: GraphNode, path: string, trail: Trail): void {
      let rest = trail
      const parents = node.parents.map((id) => ({ id, before: beforeOf(node, id, path) }))
      if (except !== undefined && parents.length > 1) noteKept(node, rest, parents)
      for (const { id, before } of parents) {
        const [same, other] = divide(rest, before)
        follow(path, same, node, id)
        rest = other
      }
      settle(path, rest, () => node.id)
    }

    /** What the parent had of the file: `same`, or these leaves. */
    function beforeOf({ id }: GraphNode, parent: Oid, path: string): Before {
      const change = changes.get(`${id} ${parent}`)?.get(path)
      if (!change) return 'same'
      return (change.from && leaves.get(versionKey({ path, blob: change.from.blob }))) ?? NO_LEAVES
    }
  }
  return found

  function noteKept(node: GraphNode, trail: Trail, parents: readonly { id: Oid; before: Before }[]): void {
    for (const { id, before } of parents) {
      if (nodes.has(id) || before === 'same') continue
      if (trail.isWhole) trail.kept.set(WHOLE, node.id)
      for (const [pointer, text] of trail.leaves) {
        if (before.get(pointer) !== text) trail.kept.set(pointer, node.id)
      }
    }
  }
}

type Before = 'same' | Leaves
const NO_LEAVES: Leaves = new Map()

/** What of the trail the parent has the same, and the rest. */
function divide(trail: Trail, before: Before): [same: Trail, other: Trail] {
  const { kept } = trail
  const none: Trail = { isWhole: false, leaves: new Map(), kept }
  if (before === 'same') return [trail, none]
  const same = new Map([...trail.leaves].filter(([pointer, text]) => before.get(pointer) === text))
  const other = new Map([...trail.leaves].filter(([pointer]) => !same.has(pointer)))
  return [
    { isWhole: false, leaves: same, kept: new Map(kept) },
    { isWhole: trail.isWhole, leaves: other, kept },
  ]
}

const joined = (one: Trail, other: Trail): Trail => ({
  isWhole: one.isWhole || other.isWhole,
  leaves: new Map([...one.leaves, ...other.leaves]),
  kept: new Map([...one.kept, ...other.kept]),
})

/** By `<commit> <parent>`, and then by path: what the commit has otherwise than that parent. */
async function changesOf(
  { repository }: OriginReader,
  window: readonly GraphNode[],
  nodes: ReadonlyMap<Oid, GraphNode>,
): Promise<Map<string, Map<string, FileChange>>> {
  const edges = window.flatMap((node) => node.parents.map((parent) => ({ node, parent })))
  const outside = edges.flatMap(({ parent }) => (nodes.has(parent) ? [] : [parent]))
  const trees = new Map((await repository.commits([...new Set(outside)])).map(({ id, tree }) => [id, tree]))
  const pairs = edges.map(
    ({ node, parent }): TreePair => ({ from: nodes.get(parent)?.tree ?? trees.get(parent) ?? null, to: node.tree }),
  )
  const changes = await repository.changes(pairs, { renames: false })
  return new Map(
    edges.map(({ node, parent }, index) => [
      `${node.id} ${parent}`,
      new Map((changes[index] ?? []).map((change) => [change.path, change])),
    ]),
  )
}

/** The leaves of what the wanted files were before each of these changes. */
function leavesBefore(
  reader: OriginReader,
  changes: ReadonlyMap<string, ReadonlyMap<string, FileChange>>,
  wanted: Wanted,
): Promise<ReadonlyMap<string, Leaves>> {
  const versions = new Map<string, Version>()
  for (const byPath of changes.values()) {
    for (const [path, { from }] of byPath) {
      if (!from || !wanted.get(path)?.size) continue
      const version = { path, blob: from.blob }
      versions.set(versionKey(version), version)
    }
  }
  return reader.leaves([...versions.values()])
}
