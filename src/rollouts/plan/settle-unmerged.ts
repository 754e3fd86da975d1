/**
 * What git could not merge: settled where the contents of files merge by structure or where it was decided before, else a
 * conflict of a whole path.
 */
import { isUtf8 } from 'node:buffer'
import type { Oid } from '../../kernel/ids.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Conflict, Decisions, MadeObject, PathConflictKind } from './plan.ts'
import type { Stage } from './settle-native.ts'
import type { MergeFile } from './trees/folder-merge.ts'

/** The versions of one path: of the base (1), the tenant (2) and the trunk (3), as far as there are. */
export type Unmerged = { path: string; stages: Partial<Record<1 | 2 | 3, Stage>> }

export type Unsettled = {
  settled: Map<string, Stage | undefined>
  conflicts: Conflict[]
  objects: MadeObject[]
}

export type UnmergedPorts = {
  readBlob(oid: Oid): Promise<Buffer>
  blobId(bytes: Uint8Array): Oid
  mergeFile: MergeFile
  decisions: Decisions
}

const isFileStage = (stage: Stage | undefined): boolean => !stage || /^100(?:644|755)$/.test(stage.mode)

/** Conflicts inside of files are noted by `mergeFile` itself, and are not among `conflicts`. */
export async function settleUnmerged(unmerged: readonly Unmerged[], ports: UnmergedPorts): Promise<Unsettled> {
  const found: Unsettled = { settled: new Map(), conflicts: [], objects: [] }
  for (const { path, stages } of unmerged) {
    const { 1: base, 2: ours, 3: theirs } = stages
    const areFiles = [base, ours, theirs].every(isFileStage)
    if (areFiles && ours && theirs && ours.mode === theirs.mode) {
      const oid = await ports.mergeFile({ path, base: base?.oid, ours: ours.oid, theirs: theirs.oid })
      if (oid) found.settled.set(path, { mode: ours.mode, oid })
    } else await settlePath(found, { path, stages }, areFiles ? kindOf(stages) : 'path-type', ports)
  }
  return found
}

async function settlePath(
  found: Unsettled,
  { path, stages: { 1: base, 2: ours, 3: theirs } }: Unmerged,
  kind: PathConflictKind,
  { readBlob, blobId, decisions }: UnmergedPorts,
): Promise<void> {
  const [b = null, o = null, t = null] = await Promise.all([base, ours, theirs].map((stage) => textOf(stage, readBlob)))
  const conflict = pathConflict(path, kind, { base: b, ours: o, theirs: t })
  const choice = decisions.get(conflict.fingerprint)
  // A rename that has gone wrong leaves several paths: which of them stand cannot be said for each alone.
  if (!choice || kind === 'path-rename') found.conflicts.push(conflict)
  else if (choice.kind !== 'value') found.settled.set(path, choice.kind === 'main' ? theirs : ours)
  else {
    const bytes = Buffer.from(choice.text)
    const oid = blobId(bytes)
    found.objects.push({ type: 'blob', oid, bytes })
    found.settled.set(path, { mode: (ours ?? theirs ?? base)?.mode ?? '100644', oid })
  }
}

function kindOf({ 1: base, 2: ours, 3: theirs }: Unmerged['stages']): PathConflictKind {
  if (ours && theirs) return base ? 'path-type' : 'path-add-add'
  return base && (ours || theirs) ? 'path-edit-delete' : 'path-rename'
}

export function pathConflict(
  path: string,
  kind: PathConflictKind,
  values: Pick<Conflict, 'base' | 'ours' | 'theirs'>,
): Conflict {
  const members = { path, pointer: '', kind, ...values }
  return { ...members, fingerprint: fingerprintOf(members) }
}

/** A text that somebody can read in a list of conflicts: larger ones, links and submodules are shown by their id. */
const MAX_SHOWN_BYTES = 64 * 1024

async function textOf(stage: Stage | undefined, readBlob: UnmergedPorts['readBlob']): Promise<string | null> {
  if (!stage) return null
  const bytes = isFileStage(stage) ? await readBlob(stage.oid) : undefined
  const isShown = bytes && bytes.length <= MAX_SHOWN_BYTES && isUtf8(bytes) && !bytes.includes(0)
  return isShown ? bytes.toString('utf8') : `${stage.mode} ${stage.oid}`
}
