/** Why a commit was not made: one sentence each, for whoever asked. Pure. */
import type { RefOutcome } from '../git/refs/ref-updates.ts'
import { AppError, type ProblemItem } from '../kernel/errors.ts'
import type { Oid, RefName, TenantId } from '../kernel/ids.ts'

const UNCHANGED = 'Nothing was changed.'
/** Errors of a file system that has no room, or none for this file or this user. */
const NO_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** A ref as people name the branch: without `refs/heads/`. */
export const branchText = (ref: RefName): string => ref.replace(/^refs\/heads\//, '')

export function changeInvalid(tenant: TenantId, errors: readonly ProblemItem[]): AppError {
  const count = `${errors.length} error${errors.length === 1 ? '' : 's'}`
  const detail = `With this change the files would have ${count}. ${UNCHANGED}`
  return new AppError('change-invalid', { detail, errors, data: { tenant } })
}

/** @param found the blob that is there; null = none */
export function filesChanged(unmet: readonly { path: string; found: Oid | null }[]): AppError {
  const [first] = unmet
  const now = first?.found ? `${first.path} is ${first.found} by now` : `${first?.path} is not there`
  const more = unmet.length > 1 ? `, and ${unmet.length - 1} more of the files are others than expected` : ''
  return new AppError('precondition-failed', {
    detail: `${now}${more}. ${UNCHANGED} Read it again and decide anew.`,
    data: { files: unmet },
  })
}

export const headChanged = (ref: RefName, revision: Oid): AppError =>
  new AppError('precondition-failed', {
    detail: `${branchText(ref)} is at ${revision} by now. ${UNCHANGED} Read it again and decide anew.`,
    data: { revision },
  })

export const branchBusy = (ref: RefName): AppError =>
  new AppError('branch-busy', {
    detail: `${branchText(ref)} was moved or held by somebody else again and again. ${UNCHANGED}`,
    headers: { 'Retry-After': '1' },
  })

export function storeFailed(cause: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (NO_ROOM.has(code)) {
    return new AppError('storage-full', {
      detail: `There is no room to write the commit (${code}). ${UNCHANGED}`,
      cause,
    })
  }
  return new AppError('repository-failed', { detail: `The commit could not be written. ${UNCHANGED}`, cause })
}

type Checkout = Extract<RefOutcome, { kind: 'checked-out-dirty' }>

const STATES: Readonly<Record<Checkout['state'], string>> = {
  ready: 'with changes that are not committed',
  rebasing: 'in the middle of a rebase',
  bisecting: 'in the middle of a bisection',
  merging: 'in the middle of a merge',
}

export const checkedOut = (ref: RefName, { workTree, state, paths }: Checkout): AppError =>
  new AppError('branch-checked-out-dirty', {
    detail: `${branchText(ref)} is checked out in ${workTree}, ${STATES[state]}. ${UNCHANGED}`,
    data: { paths, state },
  })

export const refRefused = (reason: string): AppError =>
  new AppError('repository-failed', { detail: `${reason} ${UNCHANGED}` })
