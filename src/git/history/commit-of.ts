/** Which commit a revision names, as a person writes it. */
import { type Oid, parseOid } from '../../kernel/ids.ts'
import { GitFailure, runGit } from '../run.ts'

export type CommitFinder = {
  /** undefined where `revision` names no commit; any text is accepted. */
  commitOf(revision: string): Promise<Oid | undefined>
}

export const openCommitFinder = (gitDir: string): CommitFinder => ({
  async commitOf(revision) {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]
    try {
      return parseOid((await runGit({ cwd: gitDir, args })).toString('latin1').trim())
    } catch (error) {
      if (error instanceof GitFailure) return undefined
      throw error
    }
  },
})
