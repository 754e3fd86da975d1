/**
 * The composition root: what it builds is the whole product without a socket, so the server, the command line and the
 * tests use one and the same. The parts are connected in `app/`, in the order in which they need each other; these files
 * alone name adapters.
 */
import type { Keys } from './access/keys/keys.ts'
import { afterStart } from './app/after-start.ts'
import { openServer } from './app/answering.ts'
import { openChanging } from './app/changing.ts'
import { openGround } from './app/ground.ts'
import { openLooking } from './app/looking.ts'
import { openRunning } from './app/running.ts'
import { openServing } from './app/serving.ts'
import type { Config } from './boot/config.ts'
import type { CommitService } from './commits/commit-service.ts'
import type { Executor } from './executions/execute.ts'
import type { TenantFiles } from './files/tenant-files.ts'
import type { Housekeeping } from './git/housekeeping.ts'
import type { TenantHistory } from './history/tenant-history.ts'
import type { Authenticate } from './http/authentication.ts'
import type { Gate } from './http/gate.ts'
import type { HttpServer } from './http/server.ts'
import { type Clock, systemClock } from './kernel/clock.ts'
import type { LogExtent } from './observability/log.ts'
import type { Runs } from './rollouts/runs/open-runs.ts'
import type { ServedSnapshots } from './snapshots/served.ts'
import type { Audit } from './storage/audit/open-audit.ts'
import type { Secrets } from './storage/secrets/open-secrets.ts'
import type { Retention } from './storage/usage/retention.ts'
import type { Tenants } from './tenants/open-tenants.ts'
import type { Users } from './users/users.ts'
import type { Watch } from './watch/watch.ts'

export type App = {
  server: HttpServer
  /** Whether this start made the repository. */
  created: boolean
  tenants: Tenants
  snapshots: ServedSnapshots
  commits: CommitService
  files: TenantFiles
  executor: Executor
  history: TenantHistory
  watch: Watch
  runs: Runs
  keys: Keys
  audit: Audit
  secrets: Secrets
  users: Users
  retention: Retention
  housekeeping: Housekeeping
  newId: () => string
  /** What a server does once it answers (app/after-start.ts), to be ended before `close`. */
  afterStart(signal: AbortSignal): Promise<void>
  /** Writes what is buffered and lets go of files and threads. */
  close(): Promise<void>
}

/** What a command or a test sets otherwise than the server has it, and a benchmark leaves out to see what it costs. */
export type Overrides = {
  clock?: Clock
  authenticate?: Authenticate
  gate?: Gate
  counts?: 'usage' | 'nothing'
  logs?: LogExtent
  /** How long what was committed may wait for the disk. */
  quietMs?: number
}

/**
 * The product, made ready: repository and database are there, and what a killed process left is settled.
 * @throws StartRefused where it cannot start, saying what to do
 */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const ground = await openGround(config, { clock: overrides.clock ?? systemClock, logs: overrides.logs ?? 'all' })
  const serving = openServing(ground)
  const running = await openRunning(ground, serving)
  const changing = await openChanging(ground, serving, running, overrides)
  const looking = openLooking(ground, serving, running, changing)
  const server = openServer(ground, serving, running, changing, looking, overrides)

  return {
    server,
    created: ground.repository.created,
    tenants: running.tenants,
    snapshots: serving.snapshots,
    commits: changing.commits,
    files: looking.files,
    executor: running.executor,
    history: looking.history,
    watch: looking.watch,
    runs: changing.runs,
    keys: ground.apiKeys.keys,
    audit: ground.audit,
    secrets: ground.secrets,
    users: running.users,
    retention: running.retention,
    housekeeping: changing.housekeeping,
    newId: ground.newId,
    afterStart: (signal) => afterStart(ground, serving, running, signal),
    // Whoever is used by others goes after them; the database last.
    async close() {
      looking.watch.stop()
      await changing.runs.close()
      await changing.planner.close()
      await changing.commits.close()
      serving.writer.close()
      await changing.housekeeping.close()
      running.tenants.registry.close()
      await running.retention.close()
      await running.executions.close()
      await running.usage.recorder.close()
      await ground.apiKeys.close()
      await ground.audit.close()
      await serving.standings.close()
      serving.objects.close()
      await serving.compiler.close()
      await ground.storage.close()
    },
  }
}
