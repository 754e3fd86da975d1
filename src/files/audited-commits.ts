/**
 * Commits that stand in the audit trail too. The row follows the commit, as no transaction holds both: a commit whose
 * row is missing after a kill still says who made it and for which request, under the service's signature.
 */
import type { AuditEntry } from '../audit/entry.ts'
import type { CommitService } from '../commits/commit-service.ts'

/** Paths that a row names; the commit has them all. */
const MAX_PATHS = 50

/** @param onProblem told where a row could not be written; the commit stands, and is answered */
export function auditedCommits(
  commits: CommitService,
  {
    record,
    onProblem,
  }: { record(entry: AuditEntry): Promise<void>; onProblem(revision: string, error: unknown): void },
): CommitService {
  return {
    ...commits,
    async commit(request) {
      const result = await commits.commit(request)
      if (result.kind === 'unchanged') return result
      const { revision, parent, changed } = result
      const { tenant, origin, message } = request
      const after = { parent, subject: message.split('\n', 1)[0] ?? '', changed: changed.slice(0, MAX_PATHS) }
      try {
        await record({ action: 'config.committed', tenant, target: revision, origin, after })
      } catch (error) {
        onProblem(revision, error)
      }
      return result
    },
  }
}
