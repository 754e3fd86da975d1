/** What moves branches: commits of the API, and rollouts. */
import type { Overrides } from '../app.ts'
import { runOfMachine } from '../boot/run-of-machine.ts'
import { createCommitService } from '../commits/group-commits.ts'
import { recoverCommits } from '../commits/recover-commits.ts'
import { createWriteBehind } from '../commits/write-behind.ts'
import { openCommitRepository } from '../git/commit-repository.ts'
import { openHousekeeping } from '../git/housekeeping.ts'
import { isLeftBehind, ownName } from '../git/left-behind.ts'
import { openMirror } from '../git/rollouts/mirror.ts'
import { openRolloutRepository } from '../git/rollouts/rollout-repository.ts'
import { SERVICE, serviceKey } from '../git/setup/conveniences.ts'
import { openRuns } from '../rollouts/runs/open-runs.ts'
import { commitJournal } from '../storage/commit-journal.ts'
import { openRolloutStorage } from '../storage/rollouts/open-rollouts.ts'
import { validHeads } from '../storage/standings.ts'
import type { Ground } from './ground.ts'
import { openPlanning } from './planning.ts'
import type { Running } from './running.ts'
import type { Serving } from './serving.ts'

export type Changing = Awaited<ReturnType<typeof openChanging>>

export async function openChanging(
  ground: Ground,
  serving: Serving,
  { executions, tenants: { registry, fleet } }: Running,
  { quietMs }: Overrides,
) {
  const { config, clock, log, newId, storage, audit, repository, keyPaths } = ground
  const { refs, writer, objects, reader, fresh, builder, snapshots, history, compiler } = serving
  const { gitDir } = repository
  const key = serviceKey(keyPaths)
  const { refOf } = registry

  await writer.mend()
  const journal = commitJournal(storage, {
    audit: audit.writer,
    clock,
    owner: ownName('commits'),
    isGone: isLeftBehind,
    boot: runOfMachine(),
  })
  const committing = openCommitRepository({
    gitDir,
    refs,
    objects,
    reader,
    fresh,
    writer,
    key,
    contains: history.contains,
  })
  await recoverCommits({
    journal,
    repository: committing,
    refOf,
    contains: history.contains,
    onLost: (ref, reason) => log.error({ ref, reason }, 'A branch could not be brought back after a power cut'),
  })
  const commits = createCommitService({
    repository: committing,
    builder,
    committer: SERVICE,
    refOf,
    async onMoved(tenant, head) {
      await snapshots.moved(tenant, head).catch((error: unknown) => {
        log.error({ err: error, tenant, revision: head }, 'A new head could not be taken in; the next request does it')
      })
    },
    journal,
    behind: createWriteBehind({
      repository: committing,
      journal,
      refOf,
      onError: (error) => log.error({ err: error }, 'Commits could not be brought to the disk; it is tried again'),
      quietMs,
    }),
    onUnsettled: (error) => log.error({ err: error }, 'A commit was made and not audited; the next start does it'),
    clock,
  })

  const planner = openPlanning(gitDir, compiler)
  const runs = openRuns({
    ...openRolloutStorage(storage, { dataDir: config.dataDir, audit: audit.writer, clock, flush: executions.flush }),
    merging: openRolloutRepository({ gitDir, refs, objects, history, writer, key, by: SERVICE, clock }),
    planner,
    // What was noted and is not written yet is looked at as if nobody had.
    validHeads: () => validHeads(storage.db),
    snapshots,
    fleet,
    names: config.names,
    refOf,
    mirror:
      config.remote === undefined
        ? undefined
        : openMirror(gitDir, { remote: config.remote, prefix: config.names.prefix }),
    mode: config.rollout,
    clock,
    newId,
    onError: (error, run) => log.error({ err: error, run }, 'A step of a rollout failed'),
  })
  const housekeeping = openHousekeeping(gitDir, {
    onError: (error) => log.warn({ err: error }, 'Small packs could not be joined; the next look tries again'),
  })
  return { commits, planner, runs, housekeeping }
}
