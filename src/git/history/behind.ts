/** Which branches lack commits of the trunk: one process, however many branches there are. */
import type { RefName } from '../../kernel/ids.ts'
import { GitFailure, runGit } from '../run.ts'

export type BehindFinder = {
  /**
   * The refs among `patterns` that do not contain the head of `trunk`. One whose commits cannot be read is not among
   * them, and is no reason to say nothing of the others.
   * @param patterns full ref names, or prefixes that end in a slash
   * @throws GitFailure where the trunk itself cannot be read
   */
  behind(trunk: RefName, patterns: readonly string[]): Promise<ReadonlySet<string>>
}

export function openBehindFinder(gitDir: string): BehindFinder {
  const lines = async (args: readonly string[]): Promise<string[]> =>
    (await runGit({ cwd: gitDir, args })).toString('utf8').split('\n').filter(Boolean)
  const list = (options: readonly string[], patterns: readonly string[]): Promise<string[]> =>
    lines(['for-each-ref', '--format=%(refname)', ...options, ...patterns])

  /** Git gives up at the first damaged commit: halving finds those that are, and answers for all others. */
  async function lacking(trunk: RefName, refs: readonly string[]): Promise<string[]> {
    // Without a pattern git lists every ref.
    if (refs.length === 0) return []
    try {
      return await list([`--no-contains=${trunk}`], refs)
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error
      if (refs.length === 1) return []
      const middle = refs.length >> 1
      return [...(await lacking(trunk, refs.slice(0, middle))), ...(await lacking(trunk, refs.slice(middle)))]
    }
  }

  return {
    async behind(trunk, patterns) {
      if (patterns.length === 0) return new Set()
      try {
        return new Set(await list([`--no-contains=${trunk}`], patterns))
      } catch (error) {
        if (!(error instanceof GitFailure)) throw error
        await lines(['cat-file', 'commit', trunk])
        return new Set(await lacking(trunk, await list([], patterns)))
      }
    },
  }
}
