/**
 * One request on one head: the commit that it comes to, validated and signed, or why there is none.
 * Nothing is written yet; the objects are held in memory, where the builder that serves tenants reads them.
 */
import { cleanMessage, commitBytes, type Identity } from '../git/objects/commit-bytes.ts'
import { objectId } from '../git/objects/object-id.ts'
import type { NewObject } from '../git/objects/pack-entry.ts'
import type { ProblemItem } from '../kernel/errors.ts'
import type { Oid, RefName } from '../kernel/ids.ts'
import type { SnapshotBuilder } from '../snapshots/build.ts'
import { problemItems } from '../snapshots/require-snapshot.ts'
import { CHANGE_LIMITS, type FileChange } from './change.ts'
import { pathRefusal } from './change-path.ts'
import type { CommitRequest, FilesCommit } from './commit-service.ts'
import { editFiles } from './edit-files.ts'
import { changeInvalid, filesChanged, headChanged } from './refusals.ts'
import type { CommitRepository } from './repository.ts'

export type Head = { revision: Oid; tree: Oid }

export type PreparedCommit = {
  head: Head
  changed: readonly string[]
  objects: readonly NewObject[]
  /** To be kept when the objects are on the disk, dropped where they will not be. */
  held: { keep(): void; drop(): void }
}

export type CommitPreparer = {
  /** @returns 'unchanged' where the files are so already @throws AppError as `CommitService.commit` */
  prepare(request: CommitRequest, ref: RefName, head: Head): Promise<PreparedCommit | 'unchanged'>
}

export type PreparerDeps = {
  repository: CommitRepository
  builder: SnapshotBuilder
  /** The service's name, which its key signs for. */
  committer: Identity
  clock: { now(): number }
}

type Next = { tree: Oid; objects: readonly NewObject[]; changed: readonly string[] }

export function createCommitPreparer({ repository, builder, committer, clock }: PreparerDeps): CommitPreparer {
  async function prepare(request: CommitRequest, ref: RefName, head: Head): Promise<PreparedCommit | 'unchanged'> {
    if (request.expectedHead !== undefined && request.expectedHead !== head.revision)
      throw headChanged(ref, head.revision)
    const next = 'tree' in request ? await givenTree(request.tree, head) : await editedTree(request, head)
    const furtherParents = 'tree' in request ? (request.furtherParents ?? []) : []
    if (next.tree === head.tree && furtherParents.length === 0) return 'unchanged'
    const bytes = repository.sign(
      commitBytes({
        tree: next.tree,
        parents: [head.revision, ...furtherParents],
        author: request.author,
        committer,
        atMs: clock.now(),
        message: messageOf(request),
      }),
    )
    const revision = objectId('commit', bytes)
    const objects: NewObject[] = [...next.objects, { type: 'commit', oid: revision, bytes }]
    const held = repository.hold(objects)
    try {
      const built = await builder.build(next.tree)
      if (built.kind === 'refused') throw changeInvalid(request.tenant, problemItems(built.problems))
    } catch (error) {
      held.drop()
      throw error
    }
    return { head: { revision, tree: next.tree }, changed: next.changed, objects, held }
  }

  const givenTree = async (tree: Oid, head: Head): Promise<Next> => ({
    tree,
    objects: [],
    changed: tree === head.tree ? [] : await repository.changedPaths(head.tree, tree),
  })

  async function editedTree({ tenant, changes }: FilesCommit, head: Head): Promise<Next> {
    const refused = requestProblems(changes)
    if (refused.length > 0) throw changeInvalid(tenant, refused)
    const { unmet, problems, ...next } = await editFiles(head.tree, changes, repository)
    if (unmet.length > 0) throw filesChanged(unmet)
    if (problems.length > 0) throw changeInvalid(tenant, problems)
    return next
  }

  return { prepare }
}

/** What can be said of the changes without the files that they are made to. */
function requestProblems(changes: readonly FileChange[]): ProblemItem[] {
  const { files, fileBytes, totalBytes } = CHANGE_LIMITS
  if (changes.length > files) return [problem('', `One commit changes at most ${files} files.`)]
  const seen = new Set<string>()
  const problems: ProblemItem[] = []
  let total = 0
  for (const { path, content } of changes) {
    const refusal = pathRefusal(path)
    if (refusal !== undefined) problems.push(problem(path, refusal))
    if (seen.has(path)) problems.push(problem(path, 'It is named twice; a commit changes a file once.'))
    seen.add(path)
    const size = content instanceof Uint8Array ? content.length : 0
    if (size > fileBytes) problems.push(problem(path, `It has ${size} bytes; a file has at most ${fileBytes}.`))
    total += size
  }
  if (total > totalBytes) problems.push(problem('', `The files have ${total} bytes; one commit takes ${totalBytes}.`))
  return problems
}

const problem = (file: string, detail: string): ProblemItem => ({ pointer: '', file, detail, code: 'file-not-allowed' })

/**
 * The message with its trailers as the last paragraph, which is where git looks for them: what the caller wrote cannot
 * pass for one of ours.
 */
function messageOf({ message, trailers = [], origin }: CommitRequest): string {
  const all = [...trailers, ['Request-Id', origin.requestId] as const]
  const lines = all.map(([name, value]) => `${name}: ${value.replace(/\s+/g, ' ').trim()}`)
  return `${cleanMessage(message.slice(0, CHANGE_LIMITS.messageChars)) || 'Change files'}\n\n${lines.join('\n')}`
}
