/** What an operator sees of one tenant: where its branch stands, and what was committed and run. */
import type { ExecutionStore, Usage } from '../../executions/store.ts'
import type { BehindFinder } from '../../git/history/behind.ts'
import type { CommitTally, GitHistory } from '../../git/history/history.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Oid, TenantId } from '../../kernel/ids.ts'
import type { ServedSnapshots } from '../../snapshots/served.ts'
import type { FileProblem, Served } from '../../snapshots/snapshot.ts'
import type { RequestReport, UsageReports } from '../../usage/report.ts'
import type { TenantRegistry } from '../registry.ts'
import { type BranchNames, branchOf, headRef, namespaceOf, type Tenant, taskQueueOf } from '../tenant.ts'

export type TenantState =
  /** The head is valid and answers. */
  | { kind: 'live'; head: Oid }
  /** The head is not valid, and the earlier commit `serving` answers. */
  | { kind: 'degraded'; head: Oid; serving: Oid; problems: readonly FileProblem[] }
  /** The head is not valid, and nothing answers. */
  | { kind: 'invalid'; head: Oid; problems: readonly FileProblem[] }
  | { kind: 'branch-missing' }
  /** The branch is not a plain commit id; `detail` says what would be right. */
  | { kind: 'branch-unreadable'; detail: string }

export type TenantView = {
  tenant: Tenant
  branch: string
  namespace: string
  taskQueue: string
  state: TenantState
  /** Whether the trunk has commits that the branch lacks. */
  behind: boolean
}

export type TenantUsage = TenantView & {
  /** The commits of the branch that the trunk does not have; null where there is no branch that can be read. */
  commits: CommitTally | null
  executions: Usage
  /** Of all time, by status and endpoint. */
  requests: RequestReport
}

export type TenantReports = {
  /** In the order given. One git process, however many they are. */
  views(tenants: readonly Tenant[]): Promise<TenantView[]>
  view(tenant: Tenant): Promise<TenantView>
  stateOf(tenant: TenantId): Promise<TenantState>
  usage(tenant: Tenant): Promise<TenantUsage>
}

export function createTenantReports({
  registry,
  snapshots,
  history,
  behindFinder,
  executions,
  usage,
  names,
}: {
  registry: TenantRegistry
  snapshots: ServedSnapshots
  history: GitHistory
  behindFinder: BehindFinder
  executions: ExecutionStore
  usage: Pick<UsageReports, 'analytics'>
  names: BranchNames
}): TenantReports {
  async function stateOf(id: TenantId): Promise<TenantState> {
    const served = await currentOf(id)
    if (served instanceof AppError) return { kind: 'branch-unreadable', detail: served.detail }
    if (served === undefined) return { kind: 'branch-missing' }
    if (served.kind === 'live') return { kind: 'live', head: served.snapshot.revision }
    const { revision: head, problems } = served.refused
    if (served.kind === 'invalid') return { kind: 'invalid', head, problems }
    return { kind: 'degraded', head, serving: served.snapshot.revision, problems }
  }

  /** One tenant's odd branch is that tenant's state, and no reason to show nothing of the others. */
  async function currentOf(id: TenantId): Promise<Served | undefined | AppError> {
    try {
      return await snapshots.current(id, registry.refOf(id))
    } catch (error) {
      if (error instanceof AppError && error.code === 'repository-failed') return error
      throw error
    }
  }

  async function views(tenants: readonly Tenant[]): Promise<TenantView[]> {
    const refs = tenants.map(({ id }) => registry.refOf(id))
    const [behind, ...states] = await Promise.all([
      behindFinder.behind(headRef(names.trunk), refs),
      ...tenants.map(({ id }) => stateOf(id)),
    ])
    return tenants.map((tenant, i) => ({
      tenant,
      branch: branchOf(names, tenant.id),
      namespace: namespaceOf(tenant.id),
      taskQueue: taskQueueOf(tenant.id),
      state: states[i]!,
      behind: behind.has(registry.refOf(tenant.id)),
    }))
  }

  const view = async (tenant: Tenant): Promise<TenantView> => (await views([tenant]))[0]!

  return {
    views,
    view,
    stateOf,
    async usage(tenant) {
      const [viewed, executed, requests] = await Promise.all([
        view(tenant),
        executions.usage(tenant.id),
        usage.analytics(tenant.id),
      ])
      const { state } = viewed
      const trunk = headRef(names.trunk)
      const commits = 'head' in state ? await history.tally({ head: state.head, trunk }) : null
      return { ...viewed, commits, executions: executed, requests }
    },
  }
}
