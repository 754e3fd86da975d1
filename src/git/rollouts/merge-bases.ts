/**
 * Where many branches parted from one commit, by one walk through the history instead of one process for each.
 *
 * The commits that a head has and the trunk has not end at commits of the trunk: its frontier. The best common ancestors
 * (git-merge-base(1)) are those of the frontier that no other one of it has among its ancestors; they are looked for in
 * the trunk's history where the frontier has more than one, which is once for each distinct frontier.
 */
import type { Oid } from '../../kernel/ids.ts'
import type { Standing } from '../../rollouts/plan/ports.ts'
import { GitFailure, runGit } from '../run.ts'

export type MergeBaseFinder = {
  /** By head. One whose history cannot be read is left out. */
  standings(trunk: Oid, heads: readonly Oid[]): Promise<ReadonlyMap<Oid, Standing>>
}

/** Walks through long histories of many branches. */
const TIMEOUT_MS = 300_000

export const openMergeBaseFinder = (gitDir: string): MergeBaseFinder => {
  const history = async (revisions: string): Promise<Map<Oid, Commit>> => {
    const args = ['rev-list', '--no-commit-header', '--format=%H %T %P', '--stdin']
    const output = await runGit({ cwd: gitDir, args, input: revisions, timeoutMs: TIMEOUT_MS })
    return parseCommits(output)
  }

  /** One damaged history ends the walk for all: it is found by halving. */
  async function frontiersOf(trunk: Oid, heads: readonly Oid[]): Promise<Map<Oid, Standing>> {
    try {
      const own = await history(`^${trunk}\n${heads.map((head) => `${head}\n`).join('')}`)
      return new Map(heads.map((head) => [head, { bases: frontierOf(head, own), tree: own.get(head)?.tree }]))
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error
      if (heads.length < 2) return new Map()
      const half = heads.length >> 1
      const left = await frontiersOf(trunk, heads.slice(0, half))
      return new Map([...left, ...(await frontiersOf(trunk, heads.slice(half)))])
    }
  }

  return {
    async standings(trunk, heads) {
      const found = await frontiersOf(trunk, [...new Set(heads)])
      const several = new Map<string, readonly Oid[]>()
      for (const { bases } of found.values()) if (bases.length > 1) several.set(bases.join(' '), bases)
      if (several.size === 0) return found
      const all = await history(`${trunk}\n`)
      const best = new Map([...several].map(([key, frontier]) => [key, independentOf(frontier, all)]))
      const bestOf = (frontier: readonly Oid[]): readonly Oid[] => best.get(frontier.join(' ')) ?? frontier
      return new Map([...found].map(([head, { bases, tree }]) => [head, { bases: bestOf(bases), tree }]))
    },
  }
}

type Commit = { tree: Oid; parents: readonly Oid[] }

/** Lines of a commit, its tree and its parents. */
function parseCommits(output: Buffer): Map<Oid, Commit> {
  const commits = new Map<Oid, Commit>()
  for (const line of output.toString('latin1').split('\n')) {
    if (line === '') continue
    const [commit, tree, ...parents] = line.trimEnd().split(' ') as [Oid, Oid, ...Oid[]]
    commits.set(commit, { tree, parents })
  }
  return commits
}

/** The commits behind `head` that `own` does not hold, sorted; the head itself where `own` does not hold it. */
function frontierOf(head: Oid, own: ReadonlyMap<Oid, Commit>): readonly Oid[] {
  const frontier = new Set<Oid>()
  const seen = new Set<Oid>([head])
  for (const commit of seen) {
    const parents = own.get(commit)?.parents
    if (parents === undefined) frontier.add(commit)
    else for (const parent of parents) seen.add(parent)
  }
  return [...frontier].sort()
}

/** Those of `commits` that are no ancestor of another one of them. `history` holds all their ancestors. */
function independentOf(commits: readonly Oid[], history: ReadonlyMap<Oid, Commit>): readonly Oid[] {
  const reached = new Set<Oid>()
  for (const commit of commits) for (const parent of history.get(commit)?.parents ?? []) reached.add(parent)
  // A set that grows while it is walked: each ancestor once, however many lead to it.
  for (const commit of reached) for (const parent of history.get(commit)?.parents ?? []) reached.add(parent)
  return commits.filter((commit) => !reached.has(commit))
}
