/**
 * Where many branches parted from one commit, by one walk through the history instead of one process for each.
 *
 * The commits that a head has and the trunk has not end at commits of the trunk: its frontier. The best common ancestors
 * (git-merge-base(1)) are those of the frontier that no other one of it has among its ancestors; they are looked for in
 * the trunk's history where the frontier has more than one, which is once for each distinct frontier.
 */
import type { Oid } from '../kernel/ids.ts'
import { GitFailure, runGit } from './run.ts'

export type MergeBaseFinder = {
  /** The best common ancestors of each head and `trunk`, by head. A head whose history cannot be read is left out. */
  bases(trunk: Oid, heads: readonly Oid[]): Promise<ReadonlyMap<Oid, readonly Oid[]>>
}

/** Walks through long histories of many branches. */
const TIMEOUT_MS = 300_000

export const openMergeBaseFinder = (gitDir: string): MergeBaseFinder => {
  const parentsOf = async (revisions: string): Promise<Map<Oid, readonly Oid[]>> => {
    const args = ['rev-list', '--parents', '--stdin']
    const output = await runGit({ cwd: gitDir, args, input: revisions, timeoutMs: TIMEOUT_MS })
    return parseParents(output)
  }

  /** One damaged history ends the walk for all: it is found by halving. */
  async function frontiersOf(trunk: Oid, heads: readonly Oid[]): Promise<Map<Oid, readonly Oid[]>> {
    try {
      const own = await parentsOf(`^${trunk}\n${heads.map((head) => `${head}\n`).join('')}`)
      return new Map(heads.map((head) => [head, frontierOf(head, own)]))
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error
      if (heads.length < 2) return new Map()
      const half = heads.length >> 1
      const left = await frontiersOf(trunk, heads.slice(0, half))
      return new Map([...left, ...(await frontiersOf(trunk, heads.slice(half)))])
    }
  }

  return {
    async bases(trunk, heads) {
      const frontiers = await frontiersOf(trunk, [...new Set(heads)])
      const several = new Map<string, readonly Oid[]>()
      for (const frontier of frontiers.values()) if (frontier.length > 1) several.set(frontier.join(' '), frontier)
      if (several.size === 0) return frontiers
      const history = await parentsOf(`${trunk}\n`)
      const best = new Map([...several].map(([key, frontier]) => [key, independentOf(frontier, history)]))
      return new Map([...frontiers].map(([head, frontier]) => [head, best.get(frontier.join(' ')) ?? frontier]))
    },
  }
}

/** Lines of a commit and its parents. */
function parseParents(output: Buffer): Map<Oid, readonly Oid[]> {
  const parents = new Map<Oid, readonly Oid[]>()
  for (const line of output.toString('latin1').split('\n')) {
    if (line === '') continue
    const [commit, ...others] = line.split(' ') as [Oid, ...Oid[]]
    parents.set(commit, others)
  }
  return parents
}

/** The commits behind `head` that `own` does not hold, sorted; the head itself where `own` does not hold it. */
function frontierOf(head: Oid, own: ReadonlyMap<Oid, readonly Oid[]>): readonly Oid[] {
  const frontier = new Set<Oid>()
  const seen = new Set<Oid>([head])
  for (const commit of seen) {
    const parents = own.get(commit)
    if (parents === undefined) frontier.add(commit)
    else for (const parent of parents) seen.add(parent)
  }
  return [...frontier].sort()
}

/** Those of `commits` that are no ancestor of another one of them. `history` holds all their ancestors. */
function independentOf(commits: readonly Oid[], history: ReadonlyMap<Oid, readonly Oid[]>): readonly Oid[] {
  const reached = new Set<Oid>()
  for (const commit of commits) for (const parent of history.get(commit) ?? []) reached.add(parent)
  // A set that grows while it is walked: each ancestor once, however many lead to it.
  for (const commit of reached) for (const parent of history.get(commit) ?? []) reached.add(parent)
  return commits.filter((commit) => !reached.has(commit))
}
