/**
 * What a tenant may have read to it instead of what it is served: any commit that `revisions.ts` finds, or the head of
 * one of its candidate branches, `candidate/<tenant>/<name>`, before that is merged.
 * Invariant: the ref of a candidate is made of the tenant's own id and a name that cannot lead out of it; what is another
 * tenant's is not told from what does not exist.
 */
import type { RefReader } from '../git/refs/refs.ts'
import { AppError } from '../kernel/errors.ts'
import type { Oid, RefName, TenantId } from '../kernel/ids.ts'
import { REVISION_PATTERN, type Revisions, type Tips } from './revisions.ts'

export type NamedCommits = {
  /** @throws AppError `parameter-invalid` where it is no way to name a commit; `revision-not-found` */
  find(tenant: TenantId, tips: () => Tips, text: string): Promise<Oid>
}

/** What follows `candidate/`: one part of a ref's name that git accepts (git-check-ref-format(1)). */
const CANDIDATE_NAME = '[A-Za-z0-9_](?:[A-Za-z0-9_-]|\\.(?!\\.|lock$|$)){0,99}'
const CANDIDATE = new RegExp(`^candidate/(?<name>${CANDIDATE_NAME})$`)

/** For JSON Schema. */
export const NAMED_COMMIT_PATTERN = `${REVISION_PATTERN}|^candidate/${CANDIDATE_NAME}$`

export const createNamedCommits = (refs: RefReader, revisions: Revisions): NamedCommits => ({
  async find(tenant, tips, text) {
    const name = CANDIDATE.exec(text)?.groups?.name
    if (name === undefined) return revisions.resolve(tips(), text, 'revision')
    const state = refs.read(`refs/heads/candidate/${tenant}/${name}` as RefName)
    if (state.kind === 'oid') return state.oid
    throw new AppError('revision-not-found', { detail: `This tenant has no branch candidate/${tenant}/${name}.` })
  },
})
