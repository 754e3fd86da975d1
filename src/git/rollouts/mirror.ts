/**
 * Pushes of tenants' branches to a remote: one `git push` with a wildcard for any number of them; and what a remote has
 * that is not here, in one `git fetch`.
 * Invariant: nothing is forced, so a branch that the remote has moved on is refused there and never lost; the temporary refs
 * that both take are gone afterwards.
 */
import type { Oid } from '../../kernel/ids.ts'
import type { Mirror, MirrorOutcome, Pushed } from '../../rollouts/runs/mirror.ts'
import { GitFailure, runGit } from '../run.ts'

/** A push of hundreds of branches over a slow line. */
const PUSH_TIMEOUT_MS = 120_000

/** @param prefix of the branches, such as `customer/` */
export function openMirror(gitDir: string, { remote, prefix }: { remote: string; prefix: string }): Mirror {
  const update = (lines: readonly string[]): Promise<Buffer> =>
    runGit({ cwd: gitDir, args: ['update-ref', '--stdin'], input: lines.map((line) => `${line}\n`).join('') })

  async function clear(folder: string): Promise<void> {
    const listed = await runGit({ cwd: gitDir, args: ['for-each-ref', '--format=delete %(refname)', folder] })
    const lines = listed.toString('utf8').split('\n').filter(Boolean)
    if (lines.length > 0) await update(lines)
  }

  return {
    async fetch(run, tenants) {
      const folder = `refs/rollouts/${run}-theirs/`
      await clear(folder)
      try {
        const wanted = tenants.map((tenant) => `+refs/heads/${prefix}${tenant}:${folder}${tenant}\n`).join('')
        const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--stdin', '--end-of-options', remote]
        await runGit({ cwd: gitDir, args, input: wanted, timeoutMs: PUSH_TIMEOUT_MS })
        return await headsIn(folder)
      } finally {
        await clear(folder)
      }
    },
    async push(run, branches) {
      const folder = `refs/rollouts/${run}/`
      await clear(folder)
      try {
        await update(branches.map(({ tenant, head }) => `create ${folder}${tenant} ${head}`))
        const refspec = `${folder}*:refs/heads/${prefix}*`
        const args = ['push', '--porcelain', '--no-verify', '--end-of-options', remote, refspec]
        const report = await reportOf(args)
        return branches.map(({ tenant }) => outcomeOf(report, `${folder}${tenant}:`))
      } finally {
        await clear(folder)
      }
    },
  }

  async function headsIn(folder: string): Promise<ReadonlyMap<string, Oid>> {
    const listed = await runGit({ cwd: gitDir, args: ['for-each-ref', '--format=%(objectname) %(refname)', folder] })
    const lines = listed.toString('utf8').split('\n').filter(Boolean)
    return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1 + folder.length), line.split(' ')[0] as Oid]))
  }

  /** Of a push that refused some refs too; a remote that cannot be reached has none. */
  async function reportOf(args: readonly string[]): Promise<readonly string[]> {
    try {
      return (await runGit({ cwd: gitDir, args, timeoutMs: PUSH_TIMEOUT_MS })).toString('utf8').split('\n')
    } catch (error) {
      if (error instanceof GitFailure && error.stdout.includes('\t')) return error.stdout.split('\n')
      throw error
    }
  }
}

/** Git's words for a branch that has there what is not here; what a hook declines reads `[remote rejected]`. */
const MOVED_ON = /^\[rejected\] \((?:fetch first|non-fast-forward)\)/

/** Lines are `<flag>\t<from>:<to>\t<summary>` (git-push(1), "Output"). */
function outcomeOf(report: readonly string[], from: string): MirrorOutcome {
  const line = report.find((text) => text.slice(2).startsWith(from))
  if (line === undefined) return { kind: 'refused', reason: 'git said nothing about it.' }
  if (!line.startsWith('!')) return { kind: 'pushed' } satisfies Pushed
  const reason = line.split('\t')[2] ?? 'refused'
  return { kind: MOVED_ON.test(reason) ? 'moved-on' : 'refused', reason }
}
