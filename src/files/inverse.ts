/**
 * What undoes one commit on a branch that has moved on: for each file that it changed a three-way merge with the commit
 * as the base, the branch as ours, and what was before the commit as theirs. Nothing is undone by half: one conflict
 * refuses it all.
 */
import type { FileChange as Change } from '../commits/change.ts'
import type { FileChange, FileVersion } from '../history/repository.ts'
import { AppError, type ProblemItem } from '../kernel/errors.ts'
import type { Oid } from '../kernel/ids.ts'
import { mergeFiles } from '../rollouts/merge/merge-files.ts'
import type { TreeFile, TreeFiles } from './tree-files.ts'

type Undo = {
  head: Oid
  commit: Oid
  /** From the commit to what was before it. */
  changed: readonly FileChange[]
  files: TreeFiles
}

/** Larger files are taken whole or not at all. */
const MAX_MERGED_BYTES = 1024 * 1024

/** @throws AppError `revert-conflict` with each place that has changed since */
export async function inverseChanges({ head, commit, changed, files }: Undo): Promise<Change[]> {
  const changes: Change[] = []
  const conflicts: ProblemItem[] = []
  for (const { path, from, to } of changed) {
    const ours = await files.find(head, path)
    if (ours?.oid === to?.blob) continue
    if (ours?.oid === from?.blob) changes.push(await replaced(files, path, ours, to))
    else if (ours && from && to) {
      const merged = mergeFiles({
        path,
        base: await textOf(files, path, from),
        ours: await textOf(files, path, { blob: ours.oid, mode: '' }),
        theirs: await textOf(files, path, to),
      })
      if (merged.status === 'clean' && merged.text !== null) {
        changes.push({ path, content: Buffer.from(merged.text), ifMatch: ours.oid })
      } else {
        for (const { pointer } of merged.conflicts) conflicts.push(changedSince(path, pointer))
      }
    } else conflicts.push(changedSince(path, ''))
  }
  if (conflicts.length === 0) return changes
  throw new AppError('revert-conflict', {
    detail: `What ${commit} changed has been changed again since in ${conflicts.length} place${conflicts.length === 1 ? '' : 's'}. Nothing was changed; undo these by hand.`,
    errors: conflicts,
  })
}

const changedSince = (file: string, pointer: string): ProblemItem => ({
  file,
  pointer,
  detail: pointer === '' ? 'This file has been changed since.' : `The value at ${pointer} has been changed since.`,
})

async function replaced(
  files: TreeFiles,
  path: string,
  ours: TreeFile | undefined,
  to: FileVersion | null,
): Promise<Change> {
  const ifMatch = ours?.oid ?? 'absent'
  if (to === null) return { path, content: null, ifMatch }
  const blob = await files.read({ path, kind: 'other', oid: to.blob }, MAX_MERGED_BYTES)
  if (blob.kind === 'too-large') throw tooLarge(path)
  return { path, content: blob.bytes, mode: to.mode === '100755' ? '100755' : '100644', ifMatch }
}

async function textOf(files: TreeFiles, path: string, { blob }: FileVersion): Promise<string> {
  const read = await files.read({ path, kind: 'other', oid: blob }, MAX_MERGED_BYTES)
  if (read.kind === 'too-large') throw tooLarge(path)
  return Buffer.from(read.bytes).toString('utf8')
}

const tooLarge = (file: string): AppError =>
  new AppError('revert-conflict', {
    detail: `${file} is too large to be merged. Nothing was changed; undo the commit by hand.`,
    errors: [{ file, pointer: '', detail: 'The file is larger than 1 MiB.' }],
  })
