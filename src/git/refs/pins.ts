/**
 * Commits that have to stay although no branch may reach them any more: `refs/espalier/last-good/<tenant>`, outside of
 * what branches, fetches and pushes name. A tenant has one only while it is served an older commit than its head.
 */
import type { TenantId } from '../../kernel/ids.ts'
import type { Pins } from '../../snapshots/standing.ts'
import { GitFailure, runGit } from '../run.ts'

const PREFIX = 'refs/espalier/last-good/'
const refOf = (tenant: TenantId): string => `${PREFIX}${tenant}`

export function openPins(gitDir: string): Pins {
  async function update(commands: readonly string[]): Promise<void> {
    if (commands.length === 0) return
    await runGit({ cwd: gitDir, args: ['update-ref', '--stdin'], input: `${commands.join('\n')}\n` })
  }

  let listed: Promise<Map<string, string>> | undefined

  /** What is pinned, by tenant: looked up once, since nobody else pins. */
  function pinned(): Promise<Map<string, string>> {
    listed ??= list()
    listed.catch(() => {
      listed = undefined
    })
    return listed
  }

  async function list(): Promise<Map<string, string>> {
    const args = ['for-each-ref', '--format=%(refname:lstrip=3) %(objectname)', PREFIX]
    const lines = (await runGit({ cwd: gitDir, args })).toString('utf8').split('\n').filter(Boolean)
    return new Map(lines.map((line) => line.split(' ') as [string, string]))
  }

  return {
    async pin(commits) {
      if (commits.size === 0) return
      const known = await pinned()
      for (const [tenant, commit] of commits) {
        if (known.get(tenant) === commit) continue
        try {
          await update([`update ${refOf(tenant)} ${commit}`])
          known.set(tenant, commit)
        } catch (error) {
          // Collected already: what is in memory serves until the process ends, and there is nothing left to pin.
          if (!(error instanceof GitFailure && /nonexistent object/.test(error.stderr))) throw error
        }
      }
    },
    async unpin(tenants) {
      if (tenants.length === 0) return
      const known = await pinned()
      const gone = tenants.filter((tenant) => known.has(tenant))
      await update(gone.map((tenant) => `delete ${refOf(tenant)}`))
      for (const tenant of gone) known.delete(tenant)
    },
  }
}
