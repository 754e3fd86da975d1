/** From a branch's head to what is served: refs, objects, the compiler of tenants' files, and the snapshots. */
import { snapshotBudgetBytes } from '../boot/memory.ts'
import { openBehindFinder } from '../git/history/behind.ts'
import { openHistory } from '../git/history/history.ts'
import { openObjectReader } from '../git/objects/cat-file.ts'
import { createFreshObjects, freshFirst } from '../git/objects/fresh-objects.ts'
import { openObjects } from '../git/objects/objects.ts'
import { openPins } from '../git/refs/pins.ts'
import { openRefWriter } from '../git/refs/ref-updates.ts'
import { createRefReader } from '../git/refs/refs.ts'
import { SERVICE } from '../git/setup/conveniences.ts'
import { AppError } from '../kernel/errors.ts'
import type { Oid } from '../kernel/ids.ts'
import { gaugeTenants, logServedChange } from '../observability/served-changes.ts'
import { createSnapshotBuilder } from '../snapshots/build.ts'
import { createServedSnapshots } from '../snapshots/served.ts'
import { createStandings } from '../snapshots/standings.ts'
import { standingRows } from '../storage/standings.ts'
import { headRef } from '../tenants/tenant.ts'
import { createCompiler } from './compiler.ts'
import type { Ground } from './ground.ts'

export type Serving = ReturnType<typeof openServing>

export function openServing({ config, clock, log, metrics, storage, repository: { gitDir, kind, top } }: Ground) {
  const refs = createRefReader(gitDir)
  const writer = openRefWriter({ gitDir, workTree: kind === 'bare' ? undefined : top, refs, by: SERVICE, clock })
  const fresh = createFreshObjects()
  const reader = freshFirst(openObjectReader(gitDir), fresh)
  const objects = openObjects(gitDir, reader)
  const compiler = createCompiler()
  const standings = createStandings({
    rows: standingRows(storage.db),
    pins: openPins(gitDir),
    onError: (error) => log.error({ err: error }, 'Last good commits could not be noted; it is tried again'),
  })
  const maxBytes = snapshotBudgetBytes()
  const builder = createSnapshotBuilder(objects, compiler.compile, { maxBytes, clock })
  const snapshots = createServedSnapshots({ refs, objects, builder, standings, clock, maxBytes })
  snapshots.changes.subscribe(logServedChange(log))
  gaugeTenants(metrics.registry, standings.counts)
  return {
    refs,
    writer,
    fresh,
    reader,
    objects,
    compiler,
    standings,
    builder,
    snapshots,
    history: openHistory(gitDir),
    behindFinder: openBehindFinder(gitDir),
    trunkHead(): Oid {
      const state = refs.read(headRef(config.names.trunk))
      if (state.kind === 'oid') return state.oid
      throw new AppError('repository-failed', { detail: `The branch ${config.names.trunk} cannot be read.` })
    },
  }
}
