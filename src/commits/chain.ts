/** The commits of one tenant in one group, each made on the one before, and what is to be said of them. Pure but for `tellJobs`. */
import type { NewObject } from '../git/objects/pack-entry.ts'
import type { RefUpdate } from '../git/refs/ref-updates.ts'
import type { Oid, RefName, TenantId } from '../kernel/ids.ts'
import type { CommitRequest, CommitResult } from './commit-service.ts'
import type { BranchMove, CommitFate, CommitNote } from './journal.ts'
import type { Head, PreparedCommit } from './prepare-commit.ts'

/** A request that waits for its answer. */
export type Job = {
  request: CommitRequest
  /** How often the branch has moved away under it. */
  attempts: number
  resolve(result: CommitResult): void
  reject(error: unknown): void
}

/** What became of a job on the head that the jobs before it lead to. */
export type Link =
  | { kind: 'commit'; job: Job; parent: Oid; prepared: PreparedCommit }
  | { kind: 'unchanged'; job: Job; revision: Oid }
  | { kind: 'refused'; job: Job; error: unknown }

/** In the order in which the jobs came. */
export type Chain = { tenant: TenantId; ref: RefName; links: readonly Link[] }

/** Of the files of one commit, in the trail; the commit itself has them all. */
const PATHS_TOLD = 50

const commitsOf = ({ links }: Chain) => links.filter((link) => link.kind === 'commit')

/** Whether there is anything to write. */
export const hasCommit = ({ links }: Chain): boolean => links.some(({ kind }) => kind === 'commit')

/** Where the branch is to stand at last. */
export const headOf = (chain: Chain): Head => commitsOf(chain).at(-1)!.prepared.head

export const moveOf = (chain: Chain): BranchMove => ({
  tenant: chain.tenant,
  from: commitsOf(chain)[0]!.parent,
  to: headOf(chain).revision,
})

export function updateOf(chain: Chain): RefUpdate {
  const { from, to } = moveOf(chain)
  const { job } = commitsOf(chain).at(-1)!
  return { ref: chain.ref, from, to, message: `commit (espalier): ${subjectOf(job.request.message)}` }
}

export const objectsOf = (chain: Chain): readonly NewObject[] =>
  commitsOf(chain).flatMap(({ prepared }) => prepared.objects)

/** What the trail is to say of each commit. */
export const notesOf = (chain: Chain): CommitNote[] =>
  commitsOf(chain).map(({ job, parent, prepared: { head, changed } }) => {
    const { tenant, origin, message } = job.request
    const { revision } = head
    const files = { count: changed.length, paths: changed.slice(0, PATHS_TOLD) }
    const after = { revision, subject: subjectOf(message), files }
    const entry = { action: 'config.committed', tenant, target: revision, origin, before: { revision: parent }, after }
    return { tenant, revision, entry }
  })

const subjectOf = (message: string): string => message.split('\n', 1)[0] ?? ''

export const fatesOf = (chain: Chain, fate: CommitFate['fate']): CommitFate[] =>
  commitsOf(chain).map(({ prepared }) => ({ tenant: chain.tenant, revision: prepared.head.revision, fate }))

/** Tells each job what became of it, now that the commits stand. */
export function tellJobs({ links }: Chain): void {
  for (const link of links) {
    const { job } = link
    if (link.kind === 'refused') job.reject(link.error)
    else if (link.kind === 'unchanged') job.resolve({ kind: 'unchanged', revision: link.revision })
    else {
      const { head, changed, held } = link.prepared
      held.keep()
      job.resolve({ kind: 'committed', revision: head.revision, parent: link.parent, changed })
    }
  }
}

/** Lets go of what was made of the jobs, which have another fate: they are given back. */
export function undone(chain: Chain): Job[] {
  for (const { prepared } of commitsOf(chain)) prepared.held.drop()
  return chain.links.map(({ job }) => job)
}
