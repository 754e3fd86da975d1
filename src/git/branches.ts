/** Moves of branch heads, by native git: its lock files and reflogs are what other writers respect. */
import { AppError } from '../kernel/errors.ts'
import type { RefName } from '../kernel/ids.ts'
import { GitFailure, runGit } from './run.ts'

export type BranchWriter = {
  /**
   * Creates `branch` at the commit that `start` holds.
   * @throws AppError `repository-failed` where it exists by now, or where `start` does not
   */
  createFrom(creation: { branch: string; start: RefName; message: string }): Promise<void>
}

/** As the expected old value: "must not exist" (git-update-ref(1)). */
const ABSENT = '0'.repeat(40)

export const branchWriter = (gitDir: string): BranchWriter => ({
  async createFrom({ branch, start, message }) {
    const args = [
      'update-ref',
      '--create-reflog',
      '-m',
      message,
      '--end-of-options',
      `refs/heads/${branch}`,
      start,
      ABSENT,
    ]
    try {
      await runGit({ cwd: gitDir, args })
    } catch (cause) {
      if (!(cause instanceof GitFailure)) throw cause
      throw new AppError('repository-failed', {
        detail: `The branch ${branch} could not be created: git says "${cause.stderr.trim()}".`,
        cause,
      })
    }
  },
})
