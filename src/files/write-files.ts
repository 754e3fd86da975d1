/**
 * Changes of a tenant's files, as somebody asks for them: whole contents, patches and deletions, on conditions, in one
 * commit. A condition is part of every change: nobody overwrites what they have not seen without saying so.
 */
import type { Origin } from '../access/actor.ts'
import type { FileChange } from '../commits/change.ts'
import { pathRefusal } from '../commits/change-path.ts'
import type { CommitResult, CommitService, FilesCommit, Preview } from '../commits/commit-service.ts'
import type { Identity } from '../git/objects/commit-bytes.ts'
import type { Blob } from '../git/objects/objects.ts'
import { AppError } from '../kernel/errors.ts'
import type { Oid, TenantId } from '../kernel/ids.ts'
import { type Patch, patchFile } from './patch-file.ts'
import type { TreeFile, TreeFiles } from './tree-files.ts'

/** What has to be at the path: this blob, a file (`*`), none (`absent`), or whatever there is or is not (`any`). */
export type Condition = Oid | '*' | 'absent' | 'any'

export type FileWrite = { path: string; condition: Condition | undefined } & (
  | { kind: 'content'; content: Uint8Array }
  | { kind: 'patch'; patch: Patch }
  | { kind: 'delete' }
)

export type WriteRequest = {
  tenant: TenantId
  writes: readonly FileWrite[]
  message: string | undefined
  /** The head that the changes were made for; any where absent. */
  expectedHead?: Oid | undefined
  /** Only what would be. */
  isDryRun: boolean
  origin: Origin
}

/** `found` is what stands at each path afterwards; null = nothing. */
export type WriteResult = (CommitResult | Preview) & { contents: ReadonlyMap<string, Uint8Array | null> }

export type FileWriter = {
  /**
   * @throws AppError `parameter-invalid` for a path, `precondition-required`, `precondition-failed`, `file-not-found`, what
   *   `patchFile` throws, and what `CommitService.commit` throws
   */
  write(request: WriteRequest): Promise<WriteResult>
}

export function createFileWriter({
  files,
  commits,
  headOf,
  authorOf,
}: {
  files: TreeFiles
  commits: CommitService
  /** The commit that the tenant's branch holds. */
  headOf(tenant: TenantId): Oid
  authorOf(origin: Origin): Promise<Identity>
}): FileWriter {
  async function write(request: WriteRequest): Promise<WriteResult> {
    for (const { path } of request.writes) requirePath(path)
    const author = await authorOf(request.origin)
    const { tenant, origin, expectedHead } = request
    const head = headOf(tenant)
    if (expectedHead !== undefined && expectedHead !== head) throw headMoved(head)
    const contents = new Map<string, Uint8Array | null>()
    const changes = await Promise.all(request.writes.map((each) => changeOf(head, each, contents)))
    const commit: FilesCommit = {
      tenant,
      changes,
      message: request.message ?? defaultMessage(changes),
      author,
      origin,
      ...(expectedHead === undefined ? {} : { expectedHead }),
    }
    const result = request.isDryRun ? await commits.preview(commit) : await commits.commit(commit)
    return { ...result, contents: new Map(changes.map(({ path }) => [path, contents.get(path) ?? null])) }
  }

  /** @param contents is told what each file is to hold */
  async function changeOf(head: Oid, write: FileWrite, contents: Map<string, Uint8Array | null>): Promise<FileChange> {
    const { path, condition } = write
    const found = await files.find(head, path)
    requireCondition(write, found)
    const making = <T extends Uint8Array | null>(content: T): T => {
      contents.set(path, content)
      return content
    }
    if (write.kind === 'content') return { path, content: making(write.content), ...expecting(condition) }
    if (found === undefined) {
      throw new AppError('file-not-found', { detail: `There is no file ${path} on this branch.` })
    }
    if (write.kind === 'delete') return { path, content: making(null), ...expecting(condition) }
    if (found.kind === 'symlink' || found.kind === 'submodule') throw notPatchable(path)
    // Of whatever is there when it is its turn: of several at once none is lost, and none has to ask again.
    const content = (before: Blob): Uint8Array => making(patchFile(path, bytesOf(path, before), write.patch))
    return { path, content, ifMatch: condition === found.oid ? found.oid : '*' }
  }

  return { write }
}

function bytesOf(path: string, before: Blob): Uint8Array {
  if (before.kind === 'bytes' && before.bytes.length <= MAX_PATCHED_BYTES) return before.bytes
  throw notPatchable(path)
}

const notPatchable = (path: string): AppError =>
  new AppError('file-not-patchable', {
    detail: `${path} is no file that can be patched; PUT a whole one in its place.`,
  })

const expecting = (condition: Condition | undefined): Pick<FileChange, 'ifMatch'> =>
  condition === undefined || condition === 'any' ? {} : { ifMatch: condition }

/** Larger files are no documents (documents/document.ts). */
const MAX_PATCHED_BYTES = 512 * 1024

/** @throws AppError `parameter-invalid` */
export function requirePath(path: string): void {
  const refusal = pathRefusal(path)
  if (refusal === undefined) return
  throw new AppError('parameter-invalid', { detail: `This is not the path of a file. ${refusal}` })
}

/**
 * What is there may be replaced, changed or deleted only by those who say what they have seen, and what is new has to be
 * new.
 */
function requireCondition({ path, condition, kind }: FileWrite, found: TreeFile | undefined): void {
  if (condition === 'any') return
  // A patch or a deletion of nothing is told apart from one that comes too late.
  if (found === undefined && kind !== 'content' && (condition === undefined || condition === '*')) return
  if (condition === undefined) {
    throw new AppError('precondition-required', {
      detail: found
        ? `${path} is there already. Say which version you have seen (If-Match: "${found.oid}"), or that any will do (If-Match: *); on a command line, --if-match.`
        : `${path} is not there. Say that it is to be new (If-None-Match: *; on a command line, --new).`,
      data: { path, oid: found?.oid ?? null },
    })
  }
  const isMet = found === undefined ? condition === 'absent' : condition === '*' || condition === found.oid
  if (isMet) return
  throw new AppError('precondition-failed', {
    detail: found
      ? `${path} is ${condition === 'absent' ? 'there already, as ' : ''}${found.oid}${condition === 'absent' ? '' : ' by now'}. Nothing was changed. Read it again and decide anew.`
      : `${path} is not there. Nothing was changed. Send If-None-Match: * to create it.`,
    data: { path, oid: found?.oid ?? null },
  })
}

const headMoved = (head: Oid): AppError =>
  new AppError('precondition-failed', {
    detail: `The branch is at ${head} by now. Nothing was changed. Read it again and decide anew.`,
    data: { revision: head },
  })

function defaultMessage(changes: readonly FileChange[]): string {
  const [first] = changes
  const verb = first?.content === null ? 'Delete' : first?.ifMatch === 'absent' ? 'Create' : 'Change'
  return changes.length === 1 ? `${verb} ${first?.path}` : `Change ${changes.length} files`
}
