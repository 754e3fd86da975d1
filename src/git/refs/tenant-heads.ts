/** The heads of all branches below a prefix, by one `git for-each-ref`: ten thousand in some 0.1 s. */
import type { Oid, RefName } from '../../kernel/ids.ts'
import { runGit } from '../run.ts'

export type BranchHead = { ref: RefName; head: Oid }

/**
 * In the order of their names. Symbolic branches are left out, as they are everywhere.
 * @param prefix such as `refs/heads/customer/`
 */
export async function headsBelow(gitDir: string, prefix: string): Promise<BranchHead[]> {
  const format = '--format=%(objectname) %(refname) %(symref)'
  const output = await runGit({ cwd: gitDir, args: ['for-each-ref', format, prefix] })
  const heads: BranchHead[] = []
  for (const line of output.toString('utf8').split('\n')) {
    const [head = '', ref = '', symbolic] = line.split(' ')
    if (symbolic === '') heads.push({ ref: ref as RefName, head: head as Oid })
  }
  return heads
}
