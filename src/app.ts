/**
 * The composition root: the only file that names adapters. What it builds is the whole product without a socket, so the
 * server, the command line and the tests use one and the same.
 */
import { pathToFileURL } from 'node:url'
import type { Hono } from 'hono'
import type { Actor } from './access/actor.ts'
import { isInForce } from './access/keys/key.ts'
import type { Keys } from './access/keys/keys.ts'
import type { Config } from './boot/config.ts'
import { snapshotBudgetBytes } from './boot/memory.ts'
import { packageFile, packageVersion } from './boot/package-files.ts'
import { pepperPathIn, readPepper } from './boot/pepper.ts'
import { openPlansFile } from './boot/plans-file.ts'
import { schemas } from './boot/schemas.ts'
import type { CommitService } from './commits/commit-service.ts'
import { createCommitService } from './commits/group-commits.ts'
import { settleLeftCommits } from './commits/settle-left.ts'
import { inProcessEngine } from './engine/in-process.ts'
import { createExecutor, type Executor } from './executions/execute.ts'
import { createExpressions } from './expressions/expressions.ts'
import { createExpressionWorkers } from './expressions/workers.ts'
import { openTenantFiles, type TenantFiles } from './files/tenant-files.ts'
import { openBehindFinder } from './git/behind.ts'
import { branchWriter } from './git/branches.ts'
import { openObjectReader } from './git/cat-file.ts'
import { openCommitRepository } from './git/commit-repository.ts'
import { createFreshObjects, freshFirst } from './git/fresh-objects.ts'
import { openHistory } from './git/history.ts'
import { openHistoryRepository } from './git/history-repository.ts'
import { openMirror } from './git/mirror.ts'
import { openObjects } from './git/objects.ts'
import { openPlanner } from './git/open-planner.ts'
import { openPins } from './git/pins.ts'
import { openRefWriter } from './git/ref-updates.ts'
import { createRefReader } from './git/refs.ts'
import { openRolloutRepository } from './git/rollout-repository.ts'
import { keyPathsIn, OPERATOR, operatorKey, SERVICE, serviceKey } from './git/setup/conveniences.ts'
import { prepareRepository } from './git/setup/prepare.ts'
import { openSigners } from './git/signers.ts'
import { createNamedCommits } from './history/named-commits.ts'
import { openTenantHistory, type TenantHistory } from './history/tenant-history.ts'
import { createAtRevision } from './http/at-revision.ts'
import { type Authenticate, createAuthentication } from './http/authentication.ts'
import type { Env } from './http/exchange.ts'
import { createGate, type Gate } from './http/gate.ts'
import { createIdempotency } from './http/idempotency.ts'
import { createLongPoll } from './http/long-poll.ts'
import { auditRoutes } from './http/routes/audit.ts'
import { compareRoutes } from './http/routes/compare.ts'
import { configRoutes } from './http/routes/config.ts'
import { definitionRoutes } from './http/routes/definitions.ts'
import { executeRoutes } from './http/routes/execute.ts'
import { executionRoutes } from './http/routes/executions.ts'
import { historyRoutes } from './http/routes/history.ts'
import { keyRoutes } from './http/routes/keys.ts'
import { operationRoutes } from './http/routes/operations.ts'
import { planRoutes } from './http/routes/plans.ts'
import { provenanceRoutes } from './http/routes/provenance.ts'
import { runRoutes } from './http/routes/run-routes.ts'
import { secretRoutes } from './http/routes/secrets.ts'
import { statusRoutes } from './http/routes/status.ts'
import { tenantBulkRoutes } from './http/routes/tenant-bulk.ts'
import { tenantChangeRoutes } from './http/routes/tenant-changes.ts'
import { tenantFileRoutes } from './http/routes/tenant-files.ts'
import { tenantRoutes } from './http/routes/tenants.ts'
import { usageRoutes } from './http/routes/usage.ts'
import { userRoutes } from './http/routes/users.ts'
import { watchRoutes } from './http/routes/watch.ts'
import { createServer } from './http/server.ts'
import { createScopeResolver, type TenantScope } from './http/tenant-scope.ts'
import { type Clock, systemClock } from './kernel/clock.ts'
import { AppError } from './kernel/errors.ts'
import type { Oid } from './kernel/ids.ts'
import { timeOrderedIds } from './kernel/time-ordered-id.ts'
import { createLog } from './observability/log.ts'
import { createMetrics } from './observability/metrics.ts'
import { gaugeTenants, logServedChange } from './observability/served-changes.ts'
import { createQuotas } from './quotas/quotas.ts'
import { openRuns, type Runs } from './rollouts/runs/open-runs.ts'
import { createSnapshotBuilder } from './snapshots/build.ts'
import { createFileCompiler, type FileCompiler } from './snapshots/compile-file.ts'
import { createServedSnapshots, type ServedSnapshots } from './snapshots/served.ts'
import { createStandings } from './snapshots/standings.ts'
import { commitJournal } from './storage/commit-journal.ts'
import { executionStore } from './storage/executions.ts'
import { answerKey, idempotencyStore, requestDigest } from './storage/idempotency.ts'
import { type Audit, openAudit } from './storage/open-audit.ts'
import { openKeys } from './storage/open-keys.ts'
import { openRolloutStorage } from './storage/open-rollouts.ts'
import { openSecrets, type Secrets } from './storage/open-secrets.ts'
import { openUsage } from './storage/open-usage.ts'
import { openRetention, type Retention } from './storage/retention.ts'
import { openSqlite } from './storage/sqlite.ts'
import { standingRows, validHeads } from './storage/standings.ts'
import { whileAlone } from './storage/start-lock.ts'
import { tenantStore } from './storage/tenants.ts'
import { userStore } from './storage/users.ts'
import { openTenants, type Tenants } from './tenants/open-tenants.ts'
import { headRef } from './tenants/tenant.ts'
import { createToolCompiler } from './tools/compile.ts'
import { createUsers, type Users } from './users/users.ts'
import { createWatch, type Watch } from './watch/watch.ts'

export type App = {
  server: Hono<Env>
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
  newId: () => string
  /** Writes what is buffered and lets go of files and threads. */
  close(): Promise<void>
}

/** What a test may set, and a benchmark leave out to see what it costs. */
export type Overrides = { clock?: Clock; authenticate?: Authenticate; gate?: Gate; counts?: 'usage' | 'nothing' }

export async function createApp(
  config: Config,
  { clock = systemClock, authenticate, gate: givenGate, counts = 'usage' }: Overrides = {},
): Promise<App> {
  const { names, dataDir, reposDir } = config
  const log = createLog()
  const metrics = createMetrics()
  const newId = timeOrderedIds(clock)

  const { gitDir, kind, top, created, storage } = await whileAlone(dataDir, async () => ({
    ...(await prepareRepository({
      reposDir,
      dataDir,
      starterDir: packageFile('starter'),
      signerProgram: packageFile('dist/ssh-program.js'),
      trunk: names.trunk,
      nowMs: clock.now(),
    })),
    storage: await openSqlite(config.dbPath),
  }))
  const audit = await openAudit(storage, {
    dataDir,
    signer: { key: operatorKey(keyPathsIn(dataDir)), principal: OPERATOR.email },
    clock,
    newId,
    log,
  })
  const secrets = await openSecrets(storage, {
    dataDir,
    given: config.masterKeys,
    audit: audit.writer,
    denials: audit.denials,
    clock,
    newId,
    log,
  })
  const pepper = readPepper(pepperPathIn(dataDir))
  const apiKeys = openKeys(storage, {
    audit: audit.writer,
    pepper,
    environment: config.keyEnvironment,
    clock,
    log,
  })
  const refs = createRefReader(gitDir)
  const fresh = createFreshObjects()
  const reader = freshFirst(openObjectReader(gitDir), fresh)
  const objects = openObjects(gitDir, reader)
  const history = openHistory(gitDir)
  const behindFinder = openBehindFinder(gitDir)
  const compiler = createCompiler()
  const standings = createStandings({
    rows: standingRows(storage.db),
    pins: openPins(gitDir),
    onError: (error) => log.error({ err: error }, 'Last good commits could not be noted; it is tried again'),
  })
  const maxBytes = snapshotBudgetBytes()
  const builder = createSnapshotBuilder(objects, compiler.compile, { maxBytes, clock })
  const snapshots = createServedSnapshots({
    refs,
    objects,
    builder,
    standings,
    clock,
    maxBytes,
  })
  snapshots.changes.subscribe(logServedChange(log))
  gaugeTenants(metrics.registry, standings.counts)
  const userRows = userStore(storage.db, { audit: audit.writer, clock, onRevoked: apiKeys.forget })
  const usage = openUsage(storage, { users: userRows, metrics, clock, log })
  const retention = openRetention(storage, { days: config.keptDays, clock, log })
  const executions = executionStore(storage, (error) =>
    log.error({ err: error }, 'Executions could not be written; they are kept and tried again'),
  )
  const engine = inProcessEngine({
    clock,
    onDefect: ({ error, path }) => log.error({ err: error, path }, 'A tool failed in a way that it may not'),
  })
  const executor = createExecutor({
    engine,
    executions: {
      record(tenant, execution) {
        executions.record(tenant, execution)
        metrics.executed(execution)
        usage.recorder.executed(tenant, execution)
      },
    },
    secretsOf: secrets.resolver.forTenant,
    clock,
    newId,
    deadlineMs: config.executeTimeoutMs,
  })
  const tenants = await openTenants({
    store: tenantStore(storage.db, audit.writer),
    names,
    planFile: openPlansFile(dataDir),
    refs,
    branches: branchWriter(gitDir, clock),
    behindFinder,
    snapshots,
    history,
    executions,
    usage: usage.reports,
    keys: apiKeys.keys,
    clock,
    newId,
    onProblem: (what, detail) => log.error({ detail }, what),
  })
  const { registry } = tenants
  const writer = openRefWriter({ gitDir, workTree: kind === 'bare' ? undefined : top, refs, by: SERVICE, clock })
  await writer.mend()
  const journal = commitJournal(storage.db, { audit: audit.writer, clock })
  await settleLeftCommits({ journal, refOf: registry.refOf, contains: history.contains, clock })
  const commits = createCommitService({
    repository: openCommitRepository({
      gitDir,
      refs,
      objects,
      reader,
      fresh,
      writer,
      key: serviceKey(keyPathsIn(dataDir)),
    }),
    builder,
    committer: SERVICE,
    refOf: registry.refOf,
    journal,
    onUnsettled: (error) => log.error({ err: error }, 'A commit was made and not audited; the next start does it'),
    clock,
  })
  const users = createUsers({
    store: userRows,
    limitOf: (tenant) => registry.settingsOf(tenant).users,
    clock,
    newId,
  })

  const rolloutGit = {
    gitDir,
    refs,
    objects,
    history,
    writer,
    key: serviceKey(keyPathsIn(dataDir)),
    by: SERVICE,
    clock,
  }
  const planner = openPlanner(gitDir, {
    compile: compiler.compile,
    // What was noted and is not written yet is looked at as if nobody had.
    validHeads: () => validHeads(storage.db),
  })
  const runs = openRuns({
    ...openRolloutStorage(storage, { dataDir, audit: audit.writer, clock, flush: executions.flush }),
    merging: openRolloutRepository(rolloutGit),
    planner,
    snapshots,
    registry,
    names,
    refOf: registry.refOf,
    mirror:
      config.remote === undefined ? undefined : openMirror(gitDir, { remote: config.remote, prefix: names.prefix }),
    mode: config.rollout,
    clock,
    newId,
    onError: (error, run) => log.error({ err: error, run }, 'A step of a rollout failed'),
  })

  const gate =
    givenGate ??
    createGate({
      settingsOf: ({ tenant }) => registry.settingsOf(tenant),
      quotas: createQuotas({
        clock,
        callsThisMonth: usage.reports.callsThisMonth,
        perAddress: config.perAddress,
      }),
    })

  const trunkHead = (): Oid => {
    const state = refs.read(headRef(names.trunk))
    if (state.kind === 'oid') return state.oid
    throw new AppError('repository-failed', { detail: `The branch ${names.trunk} cannot be read.` })
  }

  const historyRepository = openHistoryRepository(gitDir)
  const tenantHistory = openTenantHistory({
    repository: historyRepository,
    signers: openSigners({ top, allowedSigners: keyPathsIn(dataDir).allowedSigners }),
    trunkHead,
  })

  const watch = createWatch({
    admit: registry.admit,
    refOf: registry.refOf,
    current: snapshots.current,
    changedFiles: tenantHistory.changedFiles,
    isOwn: (commit, head) => tenantHistory.has({ head, trunk: trunkHead() }, commit),
    clock,
    onError: (error) => log.error({ err: error }, 'A watched branch could not be looked at'),
  })
  metrics.gauge('espalier_watchers', 'Streams of /api/v1/watch and requests that wait for a change.', watch.count)
  const isEntitled = (actor: Actor): boolean => {
    if (actor.kind !== 'key') return true
    const key = apiKeys.keys.find(actor.keyId)
    return key !== undefined && isInForce(key, clock.now())
  }
  const renewed = async (scope: TenantScope): Promise<TenantScope> => {
    registry.admit(scope.tenant)
    const served = await snapshots.current(scope.tenant, registry.refOf(scope.tenant))
    return served ? { ...scope, served } : registry.refuseAbsent(scope.tenant)
  }
  const files = openTenantFiles({
    objects,
    commits,
    history: historyRepository,
    headOf: registry.headOf,
    authors: {
      user: (tenant, id) => userRows.find(tenant, id),
      keyName: async (owner, id) => (await apiKeys.keys.require(owner, id)).name,
      operator: OPERATOR,
    },
    record: audit.record,
    onProblem: (revision, error) =>
      log.error({ err: error, revision }, 'A commit could not be written to the audit trail'),
  })
  const atRevision = createAtRevision({
    commits: createNamedCommits(refs, tenantHistory),
    tipsOf: tenantHistory.tipsOf,
    snapshots,
  })

  const routes = [
    ...executeRoutes({ executor, gate, atRevision }),
    ...configRoutes({ atRevision, longPoll: createLongPoll({ watch, isEntitled, renewed }) }),
    ...watchRoutes({ watch, isEntitled }),
    ...definitionRoutes({ atRevision }),
    ...statusRoutes({ standings, behindFinder, trunk: headRef(names.trunk), refOf: registry.refOf }),
    ...historyRoutes({ history: tenantHistory }),
    ...compareRoutes({ history: tenantHistory }),
    ...tenantFileRoutes(files),
    ...provenanceRoutes({ history: tenantHistory }),
    ...executionRoutes({ executions }),
    ...auditRoutes({ store: audit.store }),
    ...secretRoutes({ vault: secrets.vault }),
    ...keyRoutes({ keys: apiKeys.keys, registry, clock }),
    ...userRoutes({ users, people: userRows }),
    ...usageRoutes({ usage: usage.reports }),
    ...tenantRoutes(tenants),
    ...tenantBulkRoutes(tenants),
    ...tenantChangeRoutes(tenants),
    ...planRoutes(tenants),
    ...runRoutes(runs, { registry, clock }),
  ]
  const operations = operationRoutes(routes, {
    version: packageVersion(),
    metrics,
    schemas,
    async checkReady() {
      trunkHead()
      await storage.db.selectFrom('tenant').select('id').limit(1).execute()
    },
  })
  const server = createServer({
    routes: [...routes, ...operations],
    authenticate:
      authenticate ??
      createAuthentication({
        verifyKey: apiKeys.verify,
        adminToken: config.adminToken,
        trust: config.listen.reach === 'network' || config.requireKeys ? 'credentials-only' : 'this-machine',
      }),
    denials: audit.denials,
    answersTo: config.listen.reach === 'this-machine' ? 'loopback-names' : 'any-name',
    gate,
    resolveScope: createScopeResolver({ registry, snapshots, only: config.only }),
    idempotency: createIdempotency({
      store: idempotencyStore(storage.db, answerKey(pepper)),
      digest: requestDigest(pepper),
      clock,
      longestRequestMs: config.executeTimeoutMs,
    }),
    observer: {
      answered(request) {
        metrics.answered(request)
        if (request.scope && counts === 'usage') usage.recorder.answered(request, request.scope)
      },
      failed: ({ error, ...request }) => log.error({ err: error, ...request }, 'A request failed unforeseen'),
    },
    clock,
    newId,
  })

  return {
    server,
    created,
    tenants,
    snapshots,
    commits,
    files,
    executor,
    history: tenantHistory,
    watch,
    runs,
    audit,
    secrets,
    keys: apiKeys.keys,
    users,
    retention,
    newId,
    async close() {
      watch.stop()
      await runs.close()
      planner.close()
      await commits.close()
      registry.close()
      await retention.close()
      await executions.close()
      await usage.recorder.close()
      await apiKeys.close()
      await audit.close()
      await standings.close()
      objects.close()
      await compiler.close()
      await storage.close()
    },
  }
}

/** Compiles tenants' files, without a repository: what `espalier validate` needs of the product. */
export function createCompiler(): { compile: FileCompiler; close(): Promise<void> } {
  const workers = createExpressionWorkers({ workerUrl: pathToFileURL(packageFile('dist/expression-worker.js')) })
  const tools = createToolCompiler({ expressions: createExpressions({ workers }) })
  return { compile: createFileCompiler(tools), close: () => workers.close() }
}
