/** The commits of a branch, by native git: its order, dates and mail maps are the ones that people know. */
import type { Oid, RefName } from '../../kernel/ids.ts'
import { GitFailure, runGit } from '../run.ts'

export type Commit = {
  id: Oid
  parents: readonly Oid[]
  author: { name: string; email: string }
  /** RFC 3339, as the author's clock had it. */
  authoredAt: string
  subject: string
}

export type GitHistory = {
  /** Newest first, from `start` on, `start` itself included. @throws GitFailure where `start` is unknown */
  log(request: { start: Oid | RefName; limit: number }): Promise<Commit[]>
  /** Whether `commit` is `head` or one of its ancestors. */
  contains(head: Oid | RefName, commit: Oid): Promise<boolean>
  /** The commits of `head` that `trunk` does not have, by author and by day (UTC). */
  tally(range: { head: Oid; trunk: RefName }): Promise<CommitTally>
}

export type CommitTally = {
  total: number
  byAuthor: readonly { author: string; commits: number }[]
  byDay: readonly { day: string; commits: number }[]
}

const FIELDS = ['%H', '%P', '%an', '%ae', '%aI', '%s'] as const
/** No author or subject can hold it: commit headers end at a line feed, and git refuses NUL. */
const FIELD_END = '%x00'

export function openHistory(gitDir: string): GitHistory {
  const lines = async (args: readonly string[], env: Record<string, string> = {}): Promise<string[]> => {
    const out = await runGit({ cwd: gitDir, args, env })
    return out.toString('utf8').split('\n').filter(Boolean)
  }
  return {
    async log({ start, limit }) {
      const format = `--format=${FIELDS.join(FIELD_END)}`
      return (await lines(['log', format, `--max-count=${limit}`, '--end-of-options', start, '--'])).map(toCommit)
    },
    async contains(head, commit) {
      try {
        await runGit({ cwd: gitDir, args: ['merge-base', '--is-ancestor', '--end-of-options', commit, head] })
        return true
      } catch (error) {
        // 1: it is not; 128: there is no such commit at all.
        if (error instanceof GitFailure && (error.exitCode === 1 || error.exitCode === 128)) return false
        throw error
      }
    },
    async tally({ head, trunk }) {
      const format = ['--format=%an%x00%ad', '--date=format-local:%Y-%m-%d']
      const args = ['log', ...format, '--end-of-options', head, `^${trunk}`, '--']
      const commits = (await lines(args, { TZ: 'UTC' })).map((line) => line.split('\0'))
      return {
        total: commits.length,
        byAuthor: counted(commits.map(([author]) => author ?? '')).map(([author, count]) => ({
          author,
          commits: count,
        })),
        byDay: counted(commits.map(([, day]) => day ?? ''))
          .map(([day, count]) => ({ day, commits: count }))
          .sort((a, b) => (a.day < b.day ? 1 : -1)),
      }
    },
  }
}

function toCommit(line: string): Commit {
  const [id = '', parents = '', name = '', email = '', authoredAt = '', subject = ''] = line.split('\0')
  return {
    id: id as Oid,
    parents: parents.split(' ').filter(Boolean) as Oid[],
    author: { name, email },
    authoredAt,
    subject,
  }
}

/** Most frequent first. */
function counted(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
}
