/**
 * The repository as the planner of rollouts reads it: the objects, the history, and git's own merges, whose results lie in a
 * scratch repository until it is closed. The real one is only read.
 */
import type { Oid } from '../../kernel/ids.ts'
import type { MadeObject } from '../../rollouts/plan/plan.ts'
import type { PlannerPorts } from '../../rollouts/plan/ports.ts'
import { createSnapshotBuilder } from '../../snapshots/build.ts'
import type { FileCompiler } from '../../snapshots/compile-file.ts'
import { type ObjectReader, openObjectReader } from '../objects/cat-file.ts'
import { objectId } from '../objects/object-id.ts'
import { ObjectUnreadable } from '../objects/object-unreadable.ts'
import { openObjects } from '../objects/objects.ts'
import { GitFailure } from '../run.ts'
import { openMergeBaseFinder } from './merge-bases.ts'
import { openFileMerges } from './native-file-merges.ts'
import { openNativeMerges } from './native-merges.ts'
import { createScratchRepository } from './scratch-repository.ts'
import { openTreeDiffs } from './tree-diffs.ts'

/** Of compiled files and trees that were checked as a whole. */
const KEPT_BYTES = 48 * 1024 * 1024

export type ValidTrees = Pick<PlannerPorts, 'isKnownValid' | 'noteValid'>

/** @param valid which trees are known to be valid */
export function openPlannerPorts(
  gitDir: string,
  { compile, valid }: { compile: FileCompiler; valid: ValidTrees },
): PlannerPorts & { close(): void } {
  const scratch = createScratchRepository(gitDir)
  const reader = openObjectReader(scratch.gitDir)
  const native = openNativeMerges(scratch)
  const overlay = withMade(reader)
  const builder = createSnapshotBuilder(openObjects(scratch.gitDir, overlay), compile, { maxBytes: KEPT_BYTES })
  return {
    read: (type, oid) => reader.read(type, oid),
    idOf: objectId,
    standings: openMergeBaseFinder(gitDir).standings,
    diffs: openTreeDiffs(gitDir),
    nativeMerge: native.merge,
    nativeFileMerge: openFileMerges(scratch, native, (oid) => reader.read('tree', oid)),
    compile,
    async problemsOf(tree, made) {
      const release = overlay.lend(made)
      try {
        const built = await builder.build(tree)
        return built.kind === 'content' ? [] : built.problems
      } finally {
        release()
      }
    },
    ...valid,
    unreadable: (error) =>
      error instanceof ObjectUnreadable || error instanceof GitFailure ? error.message : undefined,
    close() {
      reader.close()
      scratch.remove()
    },
  }
}

/** A reader that also gives objects that are lent to it for a while. */
function withMade(reader: ObjectReader): ObjectReader & { lend(made: readonly MadeObject[]): () => void } {
  const lent = new Map<Oid, { bytes: Buffer; times: number }>()
  return {
    ...reader,
    read: async (type, oid, maxBytes) => lent.get(oid)?.bytes ?? reader.read(type, oid, maxBytes),
    sizeOf: async (type, oid) => lent.get(oid)?.bytes.length ?? reader.sizeOf(type, oid),
    lend(made) {
      for (const { oid, bytes } of made) {
        const known = lent.get(oid)
        if (known) known.times += 1
        else lent.set(oid, { bytes: Buffer.from(bytes), times: 1 })
      }
      return () => {
        for (const { oid } of made) {
          const known = lent.get(oid)
          if (known && known.times > 1) known.times -= 1
          else lent.delete(oid)
        }
      }
    },
  }
}
