/**
 * What differs between two revisions: file by file, and in JSON and YAML value by value.
 * Invariants: an answer is bounded in what it reads and in what it says, and says what it left out; its pages are of one
 * pair of commits, whatever moves meanwhile.
 */

import { DOCUMENT_LIMITS } from '../documents/document.ts'
import { parseDocument } from '../documents/parse.ts'
import { AppError } from '../kernel/errors.ts'
import type { Oid } from '../kernel/ids.ts'
import type { Json } from '../kernel/json.ts'
import type { FileChange, FileVersion, HistoryRepository, TreePair } from './repository.ts'
import type { Revisions, Tips } from './revisions.ts'
import { type ValueChange, valueChanges } from './value-changes.ts'

export type ComparedFile = {
  file: FileChange
  values: /** `omitted`: how many more there are. */
    | { kind: 'values'; changes: readonly ValueChange[]; omitted: number }
    /** A text that is no JSON or YAML, and so has no values. */
    | { kind: 'none' }
    | { kind: 'unreadable'; reason: string }
}

export type Summary = Record<FileChange['change'], number>

export type Compared = {
  from: Oid
  to: Oid
  summary: Summary
  files: ComparedFile[]
  nextPageToken: string | undefined
}

export type CompareRequest = {
  tips: Tips
  from: string
  to: string
  /** Only this file, or what is in this folder. */
  path: string | undefined
}

export type Comparison = {
  /** @throws AppError `revision-not-found`, `parameter-invalid` */
  compare(request: CompareRequest & { pageSize: number; pageToken: string | undefined }): Promise<Compared>
  /** As `git diff` prints it. @throws AppError as `compare` */
  patch(request: CompareRequest): Promise<string>
}

/** What one answer may read and say; a file that comes after that begins the next page. */
const LIMITS = {
  readBytes: 2 * 1024 * 1024,
  answerBytes: 1024 * 1024,
  valuesPerFile: 200,
  patchBytes: 1024 * 1024,
  filesAtOnce: 8,
} as const

export function createComparison({
  repository,
  revisions,
}: {
  repository: HistoryRepository
  revisions: Revisions
}): Comparison {
  async function commitsOf(request: CompareRequest & { pageToken?: string | undefined }): Promise<Place> {
    const { tips, pageToken } = request
    if (pageToken === undefined) {
      const from = await revisions.resolve(tips, request.from, 'from')
      return { from, to: await revisions.resolve(tips, request.to, 'to'), skip: 0 }
    }
    const [, from = '', to = '', skip] = TOKEN.exec(pageToken) ?? []
    if (skip === undefined) throw tokenInvalid()
    return {
      from: await revisions.resolve(tips, from, 'pageToken'),
      to: await revisions.resolve(tips, to, 'pageToken'),
      skip: Number(skip),
    }
  }

  async function treesOf({ from, to }: Place): Promise<TreePair> {
    const [before, after] = await repository.commits([from, to])
    return { from: before?.tree ?? null, to: after?.tree ?? null }
  }

  async function withValues(files: readonly FileChange[]): Promise<{ compared: ComparedFile; bytes: number }[]> {
    const wanted = files.flatMap((file) => (hasValues(file) ? [file.from, file.to].flatMap(readable) : []))
    const blobs = await repository.blobs(wanted, { maxBytes: DOCUMENT_LIMITS.maxBytes })
    const sizeOf = (version: FileVersion | null): number => (version && blobs.get(version.blob)?.length) ?? 0
    return files.map((file) => ({
      compared: { file, values: hasValues(file) ? valuesOf(file, blobs) : { kind: 'none' } },
      bytes: sizeOf(file.from) + sizeOf(file.to),
    }))
  }

  async function* compared(files: readonly FileChange[]): AsyncGenerator<{ compared: ComparedFile; bytes: number }> {
    for (let at = 0; at < files.length; at += LIMITS.filesAtOnce) {
      yield* await withValues(files.slice(at, at + LIMITS.filesAtOnce))
    }
  }

  return {
    async compare(request) {
      const { path, pageSize } = request
      const place = await commitsOf(request)
      const [changes = []] = await repository.changes([await treesOf(place)], { renames: true })
      const all = changes.filter((change) => isWithin(change, path))
      const files: ComparedFile[] = []
      let read = 0
      let said = 0
      for await (const { compared: file, bytes } of compared(all.slice(place.skip, place.skip + pageSize))) {
        files.push(file)
        read += bytes
        said += JSON.stringify(file).length
        if (read > LIMITS.readBytes || said > LIMITS.answerBytes) break
      }
      const next = place.skip + files.length
      return {
        from: place.from,
        to: place.to,
        summary: summaryOf(all),
        files,
        nextPageToken: next < all.length ? `${place.from}.${place.to}.${next}` : undefined,
      }
    },

    async patch(request) {
      const trees = await treesOf(await commitsOf(request))
      const { text, isCut } = await repository.patch(trees, { path: request.path, maxBytes: LIMITS.patchBytes })
      if (!isCut) return text
      const whole = text.slice(0, text.lastIndexOf('\n') + 1)
      return `${whole}\\ Cut off after ${LIMITS.patchBytes} bytes: ask for less with path.\n`
    },
  }
}

type Place = { from: Oid; to: Oid; skip: number }

const TOKEN = /^([0-9a-f]{40})\.([0-9a-f]{40})\.(\d{1,9})$/

const tokenInvalid = (): AppError =>
  new AppError('parameter-invalid', {
    detail: 'pageToken must be what an earlier page of this comparison gave as nextPageToken.',
  })

const isWithin = ({ path, previousPath }: FileChange, wanted: string | undefined): boolean =>
  wanted === undefined ||
  [path, previousPath].some((each) => each !== undefined && (each === wanted || each.startsWith(`${wanted}/`)))

function summaryOf(files: readonly FileChange[]): Summary {
  const summary: Summary = { added: 0, deleted: 0, modified: 0, renamed: 0 }
  for (const { change } of files) summary[change] += 1
  return summary
}

const VALUES = /\.(?:json|ya?ml)$/i
const hasValues = ({ path }: FileChange): boolean => VALUES.test(path)

/** Links and submodules have no text of their own to read. */
const readable = (version: FileVersion | null): Oid[] => (version?.mode.startsWith('100') ? [version.blob] : [])

function valuesOf(file: FileChange, blobs: ReadonlyMap<Oid, Uint8Array>): ComparedFile['values'] {
  const before = readValue(file.previousPath ?? file.path, file.from, blobs)
  const after = readValue(file.path, file.to, blobs)
  if (before.kind === 'unreadable') return { kind: 'unreadable', reason: `before: ${before.reason}` }
  if (after.kind === 'unreadable') return { kind: 'unreadable', reason: `after: ${after.reason}` }
  const changes: ValueChange[] = []
  let omitted = 0
  for (const change of valueChanges(before.value, after.value)) {
    if (changes.length < LIMITS.valuesPerFile) changes.push(change)
    else omitted += 1
  }
  return { kind: 'values', changes, omitted }
}

type Read = { kind: 'value'; value: Json | undefined } | { kind: 'unreadable'; reason: string }

function readValue(path: string, version: FileVersion | null, blobs: ReadonlyMap<Oid, Uint8Array>): Read {
  if (version === null) return { kind: 'value', value: undefined }
  const bytes = blobs.get(version.blob)
  if (!bytes) {
    const isFile = version.mode.startsWith('100')
    return {
      kind: 'unreadable',
      reason: isFile ? `it is larger than ${DOCUMENT_LIMITS.maxBytes} bytes` : 'it is no file',
    }
  }
  const parsed = parseDocument(path, bytes)
  if (parsed.kind === 'document') return { kind: 'value', value: parsed.document.value }
  const [first] = parsed.findings
  return { kind: 'unreadable', reason: first ? `line ${first.line}: ${first.detail}` : 'it cannot be read' }
}
