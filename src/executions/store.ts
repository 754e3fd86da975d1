/** What the product asks of the place where executions are kept. Every method takes the tenant first and sees no other. */
import type { TenantId } from '../kernel/ids.ts'
import type { Execution, ExecutionStatus } from './execution.ts'

export type ExecutionFilter = {
  kind?: Execution['kind']
  name?: string
  status?: ExecutionStatus
}

export type ExecutionPage = {
  /** Newest first; without `input`, `output` and `steps`, which one execution has when asked for by its id. */
  items: readonly ExecutionSummary[]
  /** Where the next page begins; absent on the last. */
  nextPageToken?: string
}

export type ExecutionSummary = Omit<Execution, 'input' | 'output' | 'steps'>

/** How often one tool or workflow ran, by outcome. */
export type UsageRow = Pick<Execution, 'kind' | 'name'> & {
  executions: number
  byStatus: Readonly<Record<ExecutionStatus, number>>
  durationMs: Percentiles
}

/** Of completed, refused and failed executions alike. */
export type Percentiles = { p50: number; p95: number }

export type Usage = {
  executions: number
  byStatus: Readonly<Record<ExecutionStatus, number>>
  /** One row for each tool and workflow that ran, most executions first. */
  byTarget: readonly UsageRow[]
  /** null = nothing has run yet. */
  durationMs: Percentiles | null
  /** Start of the latest execution in milliseconds since 1970-01-01T00:00Z; null = none. */
  lastActivityAt: number | null
}

export type ExecutionStore = {
  /** Takes `execution` into a buffer and returns at once: a request never waits for a disk. */
  record(tenant: TenantId, execution: Execution): void
  /** Writes what is buffered; when it resolves, every execution recorded before the call can be found. */
  flush(): Promise<void>
  find(tenant: TenantId, id: string): Promise<Execution | undefined>
  /**
   * @param page.pageToken what an earlier page gave as `nextPageToken`
   * @throws AppError `parameter-invalid` for a page token that this store did not give
   */
  list(
    tenant: TenantId,
    page: { pageSize: number; pageToken?: string; filter: ExecutionFilter },
  ): Promise<ExecutionPage>
  usage(tenant: TenantId): Promise<Usage>
}
