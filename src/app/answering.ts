/** The face to the network: every route, and the server that mounts them. */

import type { Overrides } from '../app.ts'
import { packageVersion } from '../boot/package-files.ts'
import { schemas } from '../boot/schemas.ts'
import { createAuthentication } from '../http/authentication.ts'
import { createGate } from '../http/gate.ts'
import { createIdempotency } from '../http/idempotency.ts'
import { auditRoutes } from '../http/routes/audit.ts'
import { compareRoutes } from '../http/routes/compare.ts'
import { configRoutes } from '../http/routes/config.ts'
import { definitionRoutes } from '../http/routes/definitions.ts'
import { executeRoutes } from '../http/routes/execute.ts'
import { executionRoutes } from '../http/routes/executions.ts'
import { historyRoutes } from '../http/routes/history.ts'
import { keyRoutes } from '../http/routes/keys.ts'
import { operationRoutes } from '../http/routes/operations.ts'
import { planRoutes } from '../http/routes/plans.ts'
import { provenanceRoutes } from '../http/routes/provenance.ts'
import { runRoutes } from '../http/routes/run-routes.ts'
import { secretRoutes } from '../http/routes/secrets.ts'
import { statusRoutes } from '../http/routes/status.ts'
import { tenantBulkRoutes } from '../http/routes/tenant-bulk.ts'
import { tenantChangeRoutes } from '../http/routes/tenant-changes.ts'
import { tenantFileRoutes } from '../http/routes/tenant-files.ts'
import { tenantRoutes } from '../http/routes/tenants.ts'
import { usageRoutes } from '../http/routes/usage.ts'
import { userRoutes } from '../http/routes/users.ts'
import { watchRoutes } from '../http/routes/watch.ts'
import { createServer } from '../http/server.ts'
import { createScopeResolver } from '../http/tenant-scope.ts'
import { createQuotas } from '../quotas/quotas.ts'
import { answerKey, idempotencyStore, requestDigest } from '../storage/idempotency.ts'
import { headRef } from '../tenants/tenant.ts'
import type { Changing } from './changing.ts'
import type { Ground } from './ground.ts'
import type { Looking } from './looking.ts'
import type { Running } from './running.ts'
import type { Serving } from './serving.ts'

export function openServer(
  { config, clock, log, metrics, newId, storage, audit, secrets, apiKeys, pepper }: Ground,
  { snapshots, standings, behindFinder, trunkHead }: Serving,
  { people, users, usage, executions, executor, tenants }: Running,
  { runs }: Changing,
  { history, watch, isEntitled, longPoll, files, atRevision }: Looking,
  { authenticate, gate: givenGate, counts = 'usage' }: Overrides,
) {
  const { registry } = tenants
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

  const routes = [
    ...executeRoutes({ executor, gate, atRevision }),
    ...configRoutes({ atRevision, longPoll }),
    ...watchRoutes({ watch, isEntitled }),
    ...definitionRoutes({ atRevision }),
    ...statusRoutes({ standings, behindFinder, trunk: headRef(config.names.trunk), refOf: registry.refOf }),
    ...historyRoutes({ history }),
    ...compareRoutes({ history }),
    ...tenantFileRoutes(files),
    ...provenanceRoutes({ history }),
    ...executionRoutes({ executions }),
    ...auditRoutes({ store: audit.store }),
    ...secretRoutes({ vault: secrets.vault }),
    ...keyRoutes({ keys: apiKeys.keys, registry, clock }),
    ...userRoutes({ users, people }),
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
  return createServer({
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
    together: snapshots.together,
    clock,
    newId,
  })
}
