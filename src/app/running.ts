/** Running tools and workflows, what is recorded of it, and the tenants and people on whose behalf. */
import { openPlansFile } from '../boot/plans-file.ts'
import { inProcessEngine } from '../engine/in-process.ts'
import { createExecutor } from '../executions/execute.ts'
import { branchWriter } from '../git/refs/branches.ts'
import { headsBelow } from '../git/refs/tenant-heads.ts'
import { tenantStore } from '../storage/tenants/tenants.ts'
import { executionStore } from '../storage/usage/executions.ts'
import { openUsage } from '../storage/usage/open-usage.ts'
import { openRetention } from '../storage/usage/retention.ts'
import { userStore } from '../storage/users/users.ts'
import { openTenants } from '../tenants/open-tenants.ts'
import { createUsers } from '../users/users.ts'
import type { Ground } from './ground.ts'
import type { Serving } from './serving.ts'

export type Running = Awaited<ReturnType<typeof openRunning>>

export async function openRunning(ground: Ground, { refs, writer, behindFinder, snapshots, history }: Serving) {
  const { config, clock, log, metrics, newId, storage, audit, secrets, apiKeys } = ground
  const people = userStore(storage.db, { audit: audit.writer, clock, onRevoked: apiKeys.forget })
  const usage = openUsage(storage, { users: people, metrics, clock, log })
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
    names: config.names,
    planFile: openPlansFile(config.dataDir),
    refs,
    branches: branchWriter(writer),
    branchLister: (prefix) => headsBelow(ground.repository.gitDir, prefix),
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
  const users = createUsers({
    store: people,
    limitOf: (tenant) => tenants.registry.settingsOf(tenant).users,
    clock,
    newId,
  })
  return { people, users, usage, retention, executions, executor, tenants }
}
