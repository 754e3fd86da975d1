/**
 * Three-way merge of one file of a branch: by structure where it is JSON or YAML, with Git's own text wherever that is
 * clean and holds the same value.
 * Shared by all tenants: the three blobs, the path, its rules and what was decided make the result, so equal ones are
 * merged once.
 */
import { Buffer, isUtf8 } from 'node:buffer'
import { LRUCache } from 'lru-cache'
import type { Oid } from '../../kernel/ids.ts'
import { mergeFiles } from '../merge/merge-files.ts'
import type { MergeInput, MergeResult, Conflict as TextConflict } from '../merge/result.ts'
import type { MergePolicies } from '../merge/values/policies.ts'
import { withLines, withValues } from './decided-merge.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Conflict, Decisions, MadeObject } from './plan.ts'
import type { FileVersions } from './trees/folder-merge.ts'

export type FileMerge =
  | {
      kind: 'merged'
      oid: Oid
      /** undefined where the result is one of the versions. */
      object: MadeObject | undefined
      /** Whether the text is another one than Git's merge gives. */
      byStructure: boolean
    }
  | { kind: 'conflict'; conflicts: readonly Conflict[] }

export type FileMergePorts = {
  /** @throws where it cannot be read */
  readBlob(oid: Oid): Promise<Buffer>
  blobId(bytes: Uint8Array): Oid
  /** Git's own merge of three blobs; undefined where it has conflicts. */
  nativeMerge(versions: { base: Oid; ours: Oid; theirs: Oid }): Promise<Oid | undefined>
  policiesFor(path: string): MergePolicies
}

export type FileMerger = (file: FileVersions, decisions: Decisions) => Promise<FileMerge>

/** Most triples are one tenant's own, and are asked for once. */
const KEPT_MERGES = 2_000

/** Larger files are not looked into: Git's merge of them stands, or nobody's does. They are no configuration. */
const MAX_BYTES = 8 * 1024 * 1024

const NO_BYTES = Buffer.alloc(0)

/** For one state of the rules. */
export function fileMerger({ readBlob, blobId, nativeMerge, policiesFor }: FileMergePorts): FileMerger {
  const merges = new LRUCache<string, Promise<FileMerge>>({ max: KEPT_MERGES })

  async function merge({ path, base, ours, theirs }: FileVersions, decisions: Decisions): Promise<FileMerge> {
    const native = base === undefined ? undefined : await nativeMerge({ base, ours, theirs })
    const blobs = await Promise.all([base === undefined ? NO_BYTES : readBlob(base), readBlob(ours), readBlob(theirs)])
    const nativeBytes = native === undefined ? undefined : await readBlob(native)
    const merged = mergedBytes({ path, blobs, native: nativeBytes, policies: policiesFor(path), decisions })
    if (merged.kind === 'conflict') return merged
    const oid = blobId(merged.bytes)
    const isMade = oid !== ours && oid !== theirs
    return {
      kind: 'merged',
      oid,
      object: isMade ? { type: 'blob', oid, bytes: merged.bytes } : undefined,
      byStructure: oid !== native,
    }
  }

  return (file, decisions) => {
    // What one tenant decided is not another one's: such merges are not shared.
    if (decisions.size > 0) return merge(file, decisions)
    const key = `${file.base ?? ''} ${file.ours} ${file.theirs} ${file.path}`
    const known = merges.get(key)
    if (known) return known
    const started = merge(file, decisions)
    merges.set(key, started)
    started.catch(() => merges.delete(key))
    return started
  }
}

type Merging = {
  path: string
  blobs: readonly [base: Buffer, ours: Buffer, theirs: Buffer]
  native: Buffer | undefined
  policies: MergePolicies
  decisions: Decisions
}

type MergedBytes = { kind: 'bytes'; bytes: Buffer } | { kind: 'conflict'; conflicts: readonly Conflict[] }

function mergedBytes({ path, blobs, native, policies, decisions }: Merging): MergedBytes {
  if (blobs.some(({ length }) => length > MAX_BYTES)) {
    return native ? { kind: 'bytes', bytes: native } : { kind: 'conflict', conflicts: [wholeFile(path)] }
  }
  // As the merge driver does: what is no UTF-8 is merged by lines, byte for byte.
  const utf8 = [...blobs, ...(native ? [native] : [])].every((blob) => isUtf8(blob))
  const encoding = utf8 ? 'utf8' : 'latin1'
  const [base = '', ours = '', theirs = ''] = blobs.map((blob) => blob.toString(encoding))
  const input: MergeInput = { path: utf8 ? path : '', base, ours, theirs, policies }
  const first = mergeFiles(native ? { ...input, native: native.toString(encoding) } : input)
  const conflicts = first.conflicts.map((conflict) => asConflict(path, conflict))
  const result = decided(input, first, conflicts, decisions)
  if (result.status === 'clean' && result.text !== null) {
    return { kind: 'bytes', bytes: Buffer.from(result.text, encoding) }
  }
  const open = conflicts.filter(({ fingerprint }) => !decisions.has(fingerprint))
  return { kind: 'conflict', conflicts: open.length > 0 ? open : conflicts }
}

/** The merge again with everything that was decided about its conflicts. */
function decided(
  input: MergeInput,
  first: MergeResult,
  conflicts: readonly Conflict[],
  decisions: Decisions,
): MergeResult {
  const choices = conflicts.flatMap(({ fingerprint }) => decisions.get(fingerprint) ?? [])
  if (conflicts.length === 0 || choices.length < conflicts.length) return first
  return first.method === 'lines' ? withLines(input, conflicts, choices) : withValues(input, first, choices)
}

const wholeFile = (path: string): Conflict =>
  asConflict(path, { pointer: '', kind: 'lines', base: null, ours: null, theirs: null })

function asConflict(path: string, conflict: TextConflict): Conflict {
  const { pointer, base, ours, theirs } = conflict
  const isBinary = conflict.kind === 'lines' && ours === null && theirs === null
  const kind = isBinary ? 'binary' : conflict.kind
  const members = { path, pointer, kind, base, ours, theirs } as const
  return { ...members, fingerprint: fingerprintOf(members) }
}
