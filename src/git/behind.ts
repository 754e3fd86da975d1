/** Which branches lack commits of the trunk: one process, however many branches there are. */
import type { RefName } from '../kernel/ids.ts'
import { runGit } from './run.ts'

export type BehindFinder = {
  /**
   * The refs among `patterns` that do not contain the head of `trunk`.
   * @param patterns full ref names, or prefixes that end in a slash
   */
  behind(trunk: RefName, patterns: readonly string[]): Promise<ReadonlySet<string>>
}

export const openBehindFinder = (gitDir: string): BehindFinder => ({
  async behind(trunk, patterns) {
    // Without a pattern git lists every ref.
    if (patterns.length === 0) return new Set()
    const args = ['for-each-ref', '--format=%(refname)', `--no-contains=${trunk}`, ...patterns]
    const lines = (await runGit({ cwd: gitDir, args })).toString('utf8').split('\n')
    return new Set(lines.filter(Boolean))
  },
})
