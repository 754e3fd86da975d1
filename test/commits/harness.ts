/** Commits by the product's own service, on a repository of their own, judged by git. */
import type { CommitResult, FilesCommit } from '../../src/commits/commit-service.ts'
import type { AppError } from '../../src/kernel/errors.ts'
import type { Oid, TenantId } from '../../src/kernel/ids.ts'
import type { TestApp } from '../support/test-app.ts'

export const ADA = { name: 'Ada', email: 'ada@example.com' }

export type Changes = Readonly<Record<string, string | null>>

export const changesOf = (files: Changes): FilesCommit['changes'] =>
  Object.entries(files).map(([path, text]) => ({ path, content: text === null ? null : Buffer.from(text) }))

let requests = 0

/** A request of `tenant` for `files`, as the API would make it. */
function requestOf(tenant: string, files: Changes, more: Partial<FilesCommit> = {}): FilesCommit {
  requests += 1
  return {
    tenant: tenant as TenantId,
    changes: changesOf(files),
    message: 'Change files',
    author: ADA,
    origin: { actor: { kind: 'local' }, requestId: `request-${requests}`, address: null },
    ...more,
  }
}

export const commitFiles = (
  { app }: TestApp,
  tenant: string,
  files: Changes,
  more: Partial<FilesCommit> = {},
): Promise<CommitResult> => app.commits.commit(requestOf(tenant, files, more))

/** The problem that a refused commit is answered with. */
export async function refusal(result: Promise<CommitResult>): Promise<AppError> {
  const outcome = await result.then(
    (made) => made,
    (error: unknown) => error as AppError,
  )
  if ('kind' in outcome) throw new Error(`The commit was made: ${JSON.stringify(outcome)}`)
  return outcome
}

/** @throws where it was not committed */
export async function revisionOf(result: Promise<CommitResult>): Promise<Oid> {
  const made = await result
  if (made.kind !== 'committed') throw new Error(`There is no new commit: ${JSON.stringify(made)}`)
  return made.revision
}
