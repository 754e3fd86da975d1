/** From what a tenant is served to the snapshot that answers, or to the error that says why there is none. */
import { AppError, type ProblemItem } from '../kernel/errors.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { FileProblem, Served, Snapshot } from './snapshot.ts'

/** @throws AppError `config-invalid` with every error of the head, where no commit can answer */
export function requireSnapshot({ tenant, served }: { tenant: TenantId; served: Served }): Snapshot {
  if (served.kind !== 'invalid') return served.snapshot
  const { revision, problems } = served.refused
  const errors = `${problems.length} error${problems.length === 1 ? '' : 's'}`
  throw new AppError('config-invalid', {
    detail: `The head of this tenant's branch has ${errors}, and no earlier commit is known to be good.`,
    errors: problemItems(problems),
    data: { tenant, revision },
  })
}

export const problemItems = (problems: readonly FileProblem[]): ProblemItem[] =>
  problems.map(({ file, line, column, pointer, code, detail }) => ({ file, line, column, pointer, code, detail }))
