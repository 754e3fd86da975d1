/**
 * History by native git: its walks know commit graphs and pathspecs. Commits are parsed from raw objects and kept by id.
 * Invariant: nothing that a caller wrote reaches git where it could be read as an option or a pattern.
 */
import { LRUCache } from 'lru-cache'
import { type Commit, parseCommit } from '../../history/commit.ts'
import type { GraphNode, HistoryRepository } from '../../history/repository.ts'
import { AppError } from '../../kernel/errors.ts'
import { type Oid, parseOid } from '../../kernel/ids.ts'
import { type LimitedGit, openLimitedGit } from '../limited.ts'
import { readObjects, readSizes } from '../objects/object-batch.ts'
import { GitFailure } from '../run.ts'
import { createTreeDiff, EMPTY_TREE } from './tree-diff.ts'

const CACHE = { commitBytes: 16 * 1024 * 1024 } as const

export function openHistoryRepository(gitDir: string): HistoryRepository {
  const git = openLimitedGit(gitDir)
  const commits = new LRUCache<Oid, { commit: Commit; bytes: number }>({
    maxSize: CACHE.commitBytes,
    sizeCalculation: ({ bytes }) => bytes,
  })
  const diff = { exact: createTreeDiff(git, ['--no-renames']), renames: createTreeDiff(git, ['-M']) }

  async function readCommits(ids: readonly Oid[]): Promise<Commit[]> {
    const found = new Map<Oid, Commit>()
    for (const id of ids) {
      const known = commits.get(id)
      if (known) found.set(id, known.commit)
    }
    const missing = ids.filter((id) => !found.has(id))
    for (const [id, raw] of await readObjects(git, missing)) {
      const commit = parseCommit(id, raw)
      if (!commit) continue
      found.set(id, commit)
      // Parsed it takes a few times the bytes: headers, message and signature are held apart.
      commits.set(id, { commit, bytes: 3 * raw.length + 500 })
    }
    return ids.map((id) => found.get(id) ?? unreadable('commit', id))
  }

  return {
    commits: readCommits,
    async list({ start, path, skip, limit }) {
      const range = [`--skip=${skip}`, `--max-count=${limit}`, '--end-of-options', start, '--']
      return ids(git, ['--literal-pathspecs', 'rev-list', ...range, ...(path === undefined ? [] : [path])])
    },
    async notIn(trunk, wanted) {
      if (wanted.length === 0) return new Set()
      const input = `${wanted.join('\n')}\n^${trunk}\n`
      const own = new Set(lines(await git.run({ args: ['rev-list', '--stdin'], input })))
      return new Set(wanted.filter((id) => own.has(id)))
    },
    reachable: async (tips) => new Set(await ids(git, ['rev-list', '--end-of-options', ...tips, '--'])),
    async graph(start, { limit, except }) {
      const range = [start, ...(except === undefined ? [] : [`^${except}`])]
      const args = [
        'log',
        '--topo-order',
        '--format=%H %T %P',
        `--max-count=${limit}`,
        '--end-of-options',
        ...range,
        '--',
      ]
      return lines(await git.run({ args })).map(toNode)
    },
    async ancestor(start, steps) {
      const range = [`--skip=${steps}`, '--max-count=1', '--end-of-options', start, '--']
      return (await ids(git, ['rev-list', '--first-parent', ...range]))[0]
    },
    async mergeBases(one, other) {
      try {
        return await ids(git, ['merge-base', '--all', '--end-of-options', one, other])
      } catch (error) {
        // 1: the histories share nothing, and git says nothing.
        if (error instanceof AppError && error.cause instanceof GitFailure && error.cause.exitCode === 1) return []
        throw error
      }
    },
    changes: (pairs, { renames }) => (renames ? diff.renames : diff.exact)(pairs),
    async blobs(wanted, { maxBytes }) {
      const sizes = await readSizes(git, wanted)
      for (const id of wanted) if (!sizes.has(id)) unreadable('blob', id)
      return readObjects(
        git,
        wanted.filter((id) => (sizes.get(id) ?? 0) <= maxBytes),
      )
    },
    async patch({ from, to }, { path, maxBytes }) {
      const options = ['-p', '-M', '--no-ext-diff', '--no-textconv', '--no-color']
      const pair = [from ?? EMPTY_TREE, to ?? EMPTY_TREE, '--', ...(path === undefined ? [] : [path])]
      const args = ['--literal-pathspecs', 'diff-tree', ...options, '--end-of-options', ...pair]
      const { output, isCut } = await git.runUpTo({ args }, maxBytes)
      return { text: output.toString('utf8'), isCut }
    },
  }
}

const lines = (output: Buffer): string[] => output.toString('latin1').split('\n').filter(Boolean)

const ids = async (git: LimitedGit, args: readonly string[]): Promise<Oid[]> =>
  lines(await git.run({ args })).flatMap((line) => parseOid(line) ?? [])

function toNode(line: string): GraphNode {
  const [id = '', tree = '', ...parents] = line.split(' ')
  return { id: id as Oid, tree: tree as Oid, parents: parents.filter(Boolean) as Oid[] }
}

function unreadable(type: string, id: Oid): never {
  throw new AppError('repository-failed', { detail: `The ${type} ${id} of this branch's history cannot be read.` })
}
