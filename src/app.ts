/**
 * The composition root: the only file that names adapters. What it builds is the whole product without a socket, so the
 * server, the command line and the tests use one and the same.
 */
import { pathToFileURL } from 'node:url'
import type { Hono } from 'hono'
import type { Config } from './boot/config.ts'
import { packageFile, packageVersion } from './boot/package-files.ts'
import { schemas } from './boot/schemas.ts'
import { inProcessEngine } from './engine/in-process.ts'
import { createExecutor, type Executor } from './executions/execute.ts'
import { createExpressions } from './expressions/expressions.ts'
import { createExpressionWorkers } from './expressions/workers.ts'
import { branchWriter } from './git/branches.ts'
import { openHistory } from './git/history.ts'
import { openObjects } from './git/objects.ts'
import { createRefReader } from './git/refs.ts'
import { prepareRepository } from './git/setup/prepare.ts'
import { trustLoopback } from './http/authentication.ts'
import type { Env } from './http/exchange.ts'
import { configRoutes } from './http/routes/config.ts'
import { definitionRoutes } from './http/routes/definitions.ts'
import { executeRoutes } from './http/routes/execute.ts'
import { executionRoutes } from './http/routes/executions.ts'
import { historyRoutes } from './http/routes/history.ts'
import { operationRoutes } from './http/routes/operations.ts'
import { tenantRoutes } from './http/routes/tenants.ts'
import { createServer } from './http/server.ts'
import { createScopeResolver } from './http/tenant-scope.ts'
import { type Clock, systemClock } from './kernel/clock.ts'
import { timeOrderedIds } from './kernel/time-ordered-id.ts'
import { createLog } from './observability/log.ts'
import { createMetrics } from './observability/metrics.ts'
import { createSnapshotBuilder } from './snapshots/build.ts'
import { createFileCompiler, type FileCompiler } from './snapshots/compile-file.ts'
import { createServedSnapshots, type ServedSnapshots } from './snapshots/served.ts'
import { executionStore } from './storage/executions.ts'
import { openSqlite } from './storage/sqlite.ts'
import { tenantStore } from './storage/tenants.ts'
import { createTenantRegistry, type TenantRegistry } from './tenants/registry.ts'
import { createTenantReports, type TenantReports } from './tenants/report.ts'
import { headRef } from './tenants/tenant.ts'
import { createToolCompiler } from './tools/compile.ts'

export type App = {
  server: Hono<Env>
  /** Whether this start made the repository. */
  created: boolean
  registry: TenantRegistry
  reports: TenantReports
  snapshots: ServedSnapshots
  executor: Executor
  newId: () => string
  /** Writes what is buffered and lets go of files and threads. */
  close(): Promise<void>
}

/** What a test may set. */
export type Overrides = { clock?: Clock }

export async function createApp(config: Config, { clock = systemClock }: Overrides = {}): Promise<App> {
  const { names, dataDir, reposDir } = config
  const log = createLog()
  const metrics = createMetrics()
  const newId = timeOrderedIds(clock)

  const { gitDir, created } = await prepareRepository({
    reposDir,
    dataDir,
    starterDir: packageFile('starter'),
    signerProgram: packageFile('dist/ssh-program.js'),
    trunk: names.trunk,
    nowMs: clock.now(),
  })
  const storage = await openSqlite(config.dbPath)
  const refs = createRefReader(gitDir)
  const objects = openObjects(gitDir)
  const history = openHistory(gitDir)
  const compiler = createCompiler()
  const snapshots = createServedSnapshots({ refs, objects, builder: createSnapshotBuilder(objects, compiler.compile) })
  const registry = createTenantRegistry({
    store: tenantStore(storage.db),
    refs,
    branches: branchWriter(gitDir),
    names,
    clock,
  })
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
      },
    },
    clock,
    newId,
    deadlineMs: config.executeTimeoutMs,
  })
  const reports = createTenantReports({ registry, snapshots, history, executions, names })

  const routes = [
    ...executeRoutes({ executor }),
    ...configRoutes(),
    ...definitionRoutes(),
    ...historyRoutes({ history }),
    ...executionRoutes({ executions }),
    ...tenantRoutes({ registry, reports }),
  ]
  const operations = operationRoutes(routes, {
    version: packageVersion(),
    metrics,
    schemas,
    async checkReady() {
      if (refs.read(headRef(names.trunk)).kind !== 'oid') throw new Error(`The branch ${names.trunk} cannot be read.`)
      await storage.db.selectFrom('tenant').select('id').limit(1).execute()
    },
  })
  const server = createServer({
    routes: [...routes, ...operations],
    authenticate: trustLoopback,
    resolveScope: createScopeResolver({ registry, snapshots, only: config.only }),
    observer: {
      answered: metrics.answered,
      failed: ({ error, ...request }) => log.error({ err: error, ...request }, 'A request failed unforeseen'),
    },
    clock,
    newId,
  })

  return {
    server,
    created,
    registry,
    reports,
    snapshots,
    executor,
    newId,
    async close() {
      await executions.close()
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
