/**
 * `?revision=`: a route that answers from what the tenant is served answers from another commit of its own instead. What it
 * may name, history/named-commits.ts says. A request without it pays one look at its URL.
 */
import { may } from '../access/rights.ts'
import { NAMED_COMMIT_PATTERN, type NamedCommits } from '../history/named-commits.ts'
import type { Tips } from '../history/revisions.ts'
import { AppError } from '../kernel/errors.ts'
import { problemItems } from '../snapshots/require-snapshot.ts'
import type { ServedSnapshots } from '../snapshots/served.ts'
import type { Served } from '../snapshots/snapshot.ts'
import type { Ctx } from './exchange.ts'
import type { Answer, Parameter } from './route.ts'
import type { TenantScope } from './tenant-scope.ts'

type Handle = (c: Ctx, scope: TenantScope) => Answer

/** Makes a handler look for `?revision=` first. */
export type AtRevision = (handle: Handle) => Handle

export const REVISION_PARAMETER: Parameter = {
  name: 'revision',
  in: 'query',
  description:
    'Another commit than the one that is served: `head`, `main`, `base`, or an id that the branch or main reaches, each with `~n` for n first parents before it; or `candidate/<name>`, the branch `candidate/<tenant>/<name>`. Takes the right `history:read`.',
  schema: { type: 'string', pattern: NAMED_COMMIT_PATTERN },
}

export const REVISION_PROBLEMS = ['parameter-invalid', 'revision-not-found', 'revision-invalid', 'overloaded'] as const

export function createAtRevision({
  commits,
  tipsOf,
  snapshots,
}: {
  commits: NamedCommits
  tipsOf: (served: Served) => Tips
  snapshots: Pick<ServedSnapshots, 'at'>
}): AtRevision {
  async function read({ tenant, served, origin }: TenantScope, text: string): Promise<Served> {
    if (!may(origin.actor, 'history:read')) {
      throw new AppError('access-denied', {
        detail: 'Another revision than the one that is served takes the right "history:read".',
        data: { right: 'history:read' },
      })
    }
    const revision = await commits.find(tenant, () => tipsOf(served), text)
    const found = await snapshots.at(revision)
    if (found.kind !== 'invalid') return found
    const { problems } = found.refused
    throw new AppError('revision-invalid', {
      detail: `The commit ${revision} has ${problems.length} error${problems.length === 1 ? '' : 's'}; it could not be served.`,
      errors: problemItems(problems),
      data: { tenant, revision },
    })
  }

  return (handle) => (c, scope) => {
    const text = revisionOf(c)
    if (text === undefined) return handle(c, scope)
    return read(scope, text).then((served) => {
      // The same scope, since the gate may note on it that the request was counted.
      scope.served = served
      return handle(c, scope)
    })
  }
}

/** What `?revision=` says. */
export const revisionOf = (c: Ctx): string | undefined => c.query('revision')
