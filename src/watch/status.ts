/** What a watcher is told of a tenant's branch: what is served, and why that is not the head where it is not. Pure. */
import { AppError, type ProblemItem } from '../kernel/errors.ts'
import { type Oid, parseOid } from '../kernel/ids.ts'
import { problemItems } from '../snapshots/require-snapshot.ts'
import type { Served } from '../snapshots/snapshot.ts'

export type Status = {
  state: 'live' | 'degraded' | 'invalid' | 'branch-missing' | 'branch-unreadable'
  /** The commit that answers; null where none can. */
  revision: Oid | null
  /** The head of the branch; null where it cannot be told. */
  head: Oid | null
  /** What is wrong with the head. */
  problems: readonly ProblemItem[]
}

/** What `snapshots.current` gave or threw. */
export type Look = Served | undefined | AppError

export function statusOf(look: Look): Status {
  if (look === undefined) return { state: 'branch-missing', revision: null, head: null, problems: [] }
  if (look instanceof AppError) {
    return { state: 'branch-unreadable', revision: null, head: null, problems: [{ pointer: '', detail: look.detail }] }
  }
  if (look.kind === 'live') {
    const { revision } = look.snapshot
    return { state: 'live', revision, head: revision, problems: [] }
  }
  const { revision: head, problems } = look.refused
  const revision = look.kind === 'degraded' ? look.snapshot.revision : null
  return { state: look.kind, revision, head, problems: problemItems(problems) }
}

const NONE = 'none'

/** What tells one status from the next, and what a watcher gives to go on from there: `<revision>` or `<revision>.<head>`. */
export function statusId({ state, revision, head }: Status): string {
  if (state === 'live') return head ?? NONE
  return `${revision ?? NONE}.${head ?? state}`
}

/** The commit that was served when an event with this id was sent; undefined where the id says none. */
export const revisionOfId = (id: string): Oid | undefined => parseOid(id.split('.')[0] ?? '')
