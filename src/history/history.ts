/**
 * The commits of a tenant's branch, a page at a time. What the branch inherited is its history too: the commits of the
 * trunk that it was made from or has merged.
 * Invariant: a page goes on where the page before it ended, whatever was committed meanwhile: its token holds the commit
 * that the first page began at.
 */
import { LRUCache } from 'lru-cache'
import { AppError } from '../kernel/errors.ts'
import type { Oid } from '../kernel/ids.ts'
import type { Commit } from './commit.ts'
import type { FileChange, HistoryRepository } from './repository.ts'
import type { Revisions, Tips } from './revisions.ts'
import { judgeSignature, type SignatureState, type Signers } from './signature.ts'

/** Which side a commit is of: the trunk has all that it reaches. */
export type Side = 'main' | 'tenant'

export type HistoryItem = {
  commit: Commit
  from: Side
  signature: SignatureState
  /** What it changed of its first parent; where nobody asked for it, undefined. */
  files: readonly FileChange[] | undefined
}

export type HistoryRequest = {
  tips: Tips
  /** Where to begin: a name of a revision, such as `main` or `head~3`. */
  revision: string
  path: string | undefined
  withFiles: boolean
  pageSize: number
  pageToken: string | undefined
}

export type History = {
  /** Newest first. @throws AppError `revision-not-found`; `parameter-invalid` where the token is none of this branch */
  page(request: HistoryRequest): Promise<{ items: HistoryItem[]; nextPageToken: string | undefined }>
}

/** Signatures that are remembered, by commit and by version of the signers. */
const JUDGED = 20_000

export function createHistory({
  repository,
  revisions,
  signers,
}: {
  repository: HistoryRepository
  revisions: Revisions
  signers: () => Promise<Signers>
}): History {
  const judged = new LRUCache<string, SignatureState>({ max: JUDGED })

  const signatureOf = (commit: Commit, current: Signers): SignatureState => {
    const key = `${commit.id} ${current.version}`
    const known = judged.get(key)
    if (known) return known
    const state = judgeSignature(commit, current)
    judged.set(key, state)
    return state
  }

  async function startOf({ tips, revision, pageToken }: HistoryRequest): Promise<{ start: Oid; skip: number }> {
    if (pageToken === undefined) return { start: await revisions.resolve(tips, revision, 'revision'), skip: 0 }
    const [, anchor, skip] = TOKEN.exec(pageToken) ?? []
    if (anchor === undefined) throw tokenInvalid()
    // A token of another branch, or of a history that was rewritten since, is no place in this one.
    const start = await revisions.resolve(tips, anchor, 'pageToken').catch((error: unknown) => {
      throw error instanceof AppError && error.code === 'revision-not-found' ? tokenInvalid() : error
    })
    return { start, skip: Number(skip) }
  }

  return {
    async page(request) {
      const { tips, path, withFiles, pageSize } = request
      const { start, skip } = await startOf(request)
      const ids = await repository.list({ start, path, skip, limit: pageSize + 1 })
      const commits = await repository.commits(ids.slice(0, pageSize))
      const [own, current, files] = await Promise.all([
        repository.notIn(
          tips.trunk,
          commits.map(({ id }) => id),
        ),
        signers(),
        withFiles ? filesOf(repository, commits) : undefined,
      ])
      return {
        items: commits.map((commit, index) => ({
          commit,
          from: own.has(commit.id) ? 'tenant' : 'main',
          signature: signatureOf(commit, current),
          files: files?.[index],
        })),
        nextPageToken: ids.length > pageSize ? `${start}.${skip + pageSize}` : undefined,
      }
    },
  }
}

const TOKEN = /^([0-9a-f]{40})\.(\d{1,9})$/

const tokenInvalid = (): AppError =>
  new AppError('parameter-invalid', {
    detail: 'pageToken must be what an earlier page of this history gave as nextPageToken; begin again without it.',
  })

async function filesOf(repository: HistoryRepository, commits: readonly Commit[]): Promise<FileChange[][]> {
  const parents = commits.flatMap(({ parents: [first] }) => first ?? [])
  const trees = new Map((await repository.commits(parents)).map(({ id, tree }) => [id, tree]))
  const pairs = commits.map(({ tree, parents: [first] }) => ({ from: (first && trees.get(first)) ?? null, to: tree }))
  return repository.changes(pairs, { renames: true })
}
