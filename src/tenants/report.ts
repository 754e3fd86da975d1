/** What an operator sees of one tenant: where its branch stands, and what was committed and run. */
import type { ExecutionStore, Usage } from '../executions/store.ts'
import type { CommitTally, GitHistory } from '../git/history.ts'
import type { Oid, TenantId } from '../kernel/ids.ts'
import type { ServedSnapshots } from '../snapshots/served.ts'
import type { FileProblem } from '../snapshots/snapshot.ts'
import type { TenantRegistry } from './registry.ts'
import { type BranchNames, branchOf, headRef, namespaceOf, type Tenant, taskQueueOf } from './tenant.ts'

export type TenantState =
  /** The head is valid and answers. */
  | { kind: 'live'; head: Oid }
  /** The head is not valid, and the earlier commit `serving` answers. */
  | { kind: 'degraded'; head: Oid; serving: Oid; problems: readonly FileProblem[] }
  /** The head is not valid, and nothing answers. */
  | { kind: 'invalid'; head: Oid; problems: readonly FileProblem[] }
  | { kind: 'branch-missing' }

export type TenantView = {
  tenant: Tenant
  branch: string
  namespace: string
  taskQueue: string
  state: TenantState
}

export type TenantUsage = TenantView & {
  /** The commits of the branch that the trunk does not have; null where there is no branch. */
  commits: CommitTally | null
  executions: Usage
}

export type TenantReports = {
  view(tenant: Tenant): Promise<TenantView>
  usage(tenant: Tenant): Promise<TenantUsage>
}

export function createTenantReports({
  registry,
  snapshots,
  history,
  executions,
  names,
}: {
  registry: TenantRegistry
  snapshots: ServedSnapshots
  history: GitHistory
  executions: ExecutionStore
  names: BranchNames
}): TenantReports {
  async function stateOf(id: TenantId): Promise<TenantState> {
    const served = await snapshots.current(id, registry.refOf(id))
    if (served === undefined) return { kind: 'branch-missing' }
    if (served.kind === 'live') return { kind: 'live', head: served.snapshot.revision }
    const { revision: head, problems } = served.refused
    if (served.kind === 'invalid') return { kind: 'invalid', head, problems }
    return { kind: 'degraded', head, serving: served.snapshot.revision, problems }
  }

  async function view(tenant: Tenant): Promise<TenantView> {
    const { id } = tenant
    return {
      tenant,
      branch: branchOf(names, id),
      namespace: namespaceOf(id),
      taskQueue: taskQueueOf(id),
      state: await stateOf(id),
    }
  }

  return {
    view,
    async usage(tenant) {
      const [viewed, executed] = await Promise.all([view(tenant), executions.usage(tenant.id)])
      const { state } = viewed
      const trunk = headRef(names.trunk)
      const commits = state.kind === 'branch-missing' ? null : await history.tally({ head: state.head, trunk })
      return { ...viewed, commits, executions: executed }
    },
  }
}
