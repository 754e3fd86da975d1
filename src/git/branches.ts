/** Moves of branch heads, by native git: its lock files and reflogs are what other writers respect. */
import type { Oid } from '../kernel/ids.ts'
import { GitFailure, runGit } from './run.ts'
import { removeStaleLock } from './stale-lock.ts'

/** A branch, without `refs/heads/`, that is to exist. */
export type BranchCreation = { branch: string; at: Oid }

export type BranchWriter = {
  /**
   * Creates those of the branches that do not exist; one that does stays where it is. A lock that a killed git left
   * behind is no obstacle.
   * @param message for the reflogs
   * @returns what git says about those that still do not exist, by branch
   */
  createMissing(creations: readonly BranchCreation[], message: string): Promise<ReadonlyMap<string, string>>
}

export const branchWriter = (gitDir: string, clock: { now(): number }): BranchWriter => {
  /** All of them or none: one transaction (git-update-ref(1)), which refuses a branch that exists. */
  async function create(creations: readonly BranchCreation[], message: string): Promise<GitFailure | undefined> {
    const input = creations.map(({ branch, at }) => `create refs/heads/${branch} ${at}\n`).join('')
    try {
      await runGit({ cwd: gitDir, args: ['update-ref', '--create-reflog', '-m', message, '--stdin'], input })
      return undefined
    } catch (error) {
      if (error instanceof GitFailure) return error
      throw error
    }
  }

  async function exists(branch: string): Promise<boolean> {
    const args = ['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]
    return (await runGit({ cwd: gitDir, args })).length > 0
  }

  return {
    async createMissing(creations, message) {
      const refused = new Map<string, string>()
      if (creations.length === 0 || !(await create(creations, message))) return refused
      for (const creation of creations) {
        if (await exists(creation.branch)) continue
        removeStaleLock(gitDir, `refs/heads/${creation.branch}`, clock.now())
        const failure = await create([creation], message)
        if (failure && !(await exists(creation.branch))) refused.set(creation.branch, failure.stderr.trim())
      }
      return refused
    },
  }
}
