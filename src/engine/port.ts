/**
 * What runs workflows. Invariant: a run keeps the definitions it was started with; a commit made meanwhile changes later
 * runs only. An engine runs a tenant's workflow over that tenant's tools alone: they come with the run.
 */
import type { Oid, TenantId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { SecretSource, Tool } from '../tools/tool.ts'
import type { WorkflowResult } from '../workflows/stage-record.ts'
import type { Workflow } from '../workflows/workflow.ts'

export type WorkflowRun = {
  tenant: TenantId
  /** The commit that `workflow`, `workflows` and `tools` came from. */
  revision: Oid
  executionId: string
  workflow: Workflow
  /** All tools and workflows of that commit, linked with each other. */
  tools: ReadonlyMap<string, Tool>
  workflows: ReadonlyMap<string, Workflow>
  /** Not checked yet: the run checks it against the workflow's schema. */
  input: JsonObject
  /** What the tools may know of the tenant's secrets. */
  secrets?: SecretSource
  /** The longest the caller waits, from now; the workflow's own timeout counts where it is shorter. */
  deadlineMs: number
}

export type WorkflowEngine = {
  /**
   * Runs a workflow to its end. A workflow that fails is a result, not an error.
   * @throws AppError `overloaded` when this tenant has as many runs under way as it may have
   */
  run(run: WorkflowRun): Promise<WorkflowResult>
}
