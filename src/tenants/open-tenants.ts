/** Everything about tenants, put together over the adapters that `app.ts` gives. */
import type { Keys } from '../access/keys/keys.ts'
import type { ExecutionStore } from '../executions/store.ts'
import type { BehindFinder } from '../git/history/behind.ts'
import type { GitHistory } from '../git/history/history.ts'
import type { BranchWriter } from '../git/refs/branches.ts'
import type { RefReader } from '../git/refs/refs.ts'
import type { Clock } from '../kernel/clock.ts'
import { createPlanCatalogue, type PlanCatalogue, type PlanFile } from '../plans/catalogue.ts'
import type { ServedSnapshots } from '../snapshots/served.ts'
import type { UsageReports } from '../usage/report.ts'
import { createTenantBulk, type TenantBulk } from './changes/bulk.ts'
import { createTenantChanges, type TenantChanges } from './changes/change.ts'
import { createTenantCreator, type TenantCreator } from './changes/create.ts'
import { createTenantRequests, type TenantRequests } from './changes/request.ts'
import { type BranchLister, createFleet, type Fleet } from './fleet.ts'
import { createTenantRegistry, type TenantRegistry } from './registry.ts'
import type { TenantStore } from './store.ts'
import type { BranchNames } from './tenant.ts'
import { createTenantList, type TenantList } from './views/list.ts'
import { createTenantReports, type TenantReports } from './views/report.ts'

export type Tenants = {
  registry: TenantRegistry
  fleet: Fleet
  plans: PlanCatalogue
  creator: TenantCreator
  bulk: TenantBulk
  changes: TenantChanges
  requests: TenantRequests
  list: TenantList
  reports: TenantReports
}

export type TenantDeps = {
  store: TenantStore
  names: BranchNames
  planFile: PlanFile
  refs: RefReader
  branches: BranchWriter
  branchLister: BranchLister
  behindFinder: BehindFinder
  snapshots: ServedSnapshots
  history: GitHistory
  executions: ExecutionStore
  usage: Pick<UsageReports, 'analytics'>
  keys: Pick<Keys, 'prepare'>
  clock: Clock
  newId: () => string
  /** Told of what could not be done now and is tried again, or waits for an operator. */
  onProblem: (what: string, detail: unknown) => void
}

/** Tenants whose creation a kill cut short are whole when this resolves. @throws StartRefused where the plans are unusable */
export async function openTenants(deps: TenantDeps): Promise<Tenants> {
  const { planFile, clock, onProblem } = deps
  const registry = await createTenantRegistry({
    ...deps,
    plans: () => plans,
    onError: (error) => onProblem('Changes of tenants could not be read; it is tried again', error),
  })
  const plans = createPlanCatalogue({
    file: planFile,
    clock,
    planNamesInUse: () => registry.planNames(),
    onProblems: (problems) => onProblem('The plans file cannot be used; the plans before it stay in force', problems),
  })
  const creator = createTenantCreator({ ...deps, registry })
  const refused = await creator.finish()
  if (refused.size > 0) onProblem('Branches of new tenants could not be made; the next start tries again', [...refused])
  const requests = createTenantRequests({ ...deps, plans })
  const reports = createTenantReports({ ...deps, registry })
  const fleet = createFleet({ ...deps, registry, branches: deps.branchLister })
  return {
    registry,
    fleet,
    plans,
    creator,
    bulk: createTenantBulk({ creator, requests }),
    changes: createTenantChanges({ ...deps, registry }),
    requests,
    list: createTenantList({ ...deps, registry, fleet, reports }),
    reports,
  }
}
