/**
 * Running what a request asks for: find the tool or workflow, run it, record it.
 * Invariant: everything comes from one snapshot, the one that was read for this request; every run leaves one record,
 * whatever its end.
 */
import type { WorkflowEngine } from '../engine/port.ts'
import type { Clock } from '../kernel/clock.ts'
import { AppError } from '../kernel/errors.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { settled } from '../kernel/settled.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SecretSource, Tool, ToolOutcome } from '../tools/tool.ts'
import type { WorkflowResult } from '../workflows/stage-record.ts'
import type { Workflow } from '../workflows/workflow.ts'
import type { Execution, ExecutionError } from './execution.ts'
import { type ChosenRoute, type Intent, routeOf } from './intent.ts'
import { stepResource } from './step-resource.ts'
import type { ExecutionStore } from './store.ts'

export type ExecuteRequest = {
  tenant: TenantId
  snapshot: Snapshot
  intent: Intent
  /** Executions of one conversation share it; a new one where the caller gives none. */
  sessionId: string | undefined
  requestId: string
  /** Answers what would run, and runs nothing. */
  dryRun: boolean
  /** Told of every tool that is about to run, before any does. Throws where it may not. */
  admit(tools: readonly string[]): void | Promise<void>
}

export type ExecuteAnswer = {
  success: true
  tenant: TenantId
  revision: string
  route: ChosenRoute
  /** null in a dry run. */
  result: Json
  sessionId: string
  /** Milliseconds. */
  duration: number
  /** Whether the same input on the same revision always gives the same result. */
  deterministic: boolean
  executionId?: string
}

export type Executor = {
  /**
   * Synchronous where the tool is.
   * @throws AppError `intent-not-found`, `intent-ambiguous`, `tool-not-found`, `workflow-not-found`, `input-invalid`,
   *   `tool-failed`, `tool-timeout`, `secret-missing`, `secret-unreadable`, `workflow-failed`, `workflow-timeout`, `overloaded`
   */
  execute(request: ExecuteRequest): ExecuteAnswer | Promise<ExecuteAnswer>
}

export type ExecutorDeps = {
  engine: WorkflowEngine
  executions: Pick<ExecutionStore, 'record'>
  secretsOf(tenant: TenantId): SecretSource
  clock: Clock
  newId: () => string
  /** The longest that a caller waits for a workflow. */
  deadlineMs: number
}

export function createExecutor({ engine, executions, secretsOf, clock, newId, deadlineMs }: ExecutorDeps): Executor {
  return { execute }

  function execute(request: ExecuteRequest): ExecuteAnswer | Promise<ExecuteAnswer> {
    const { snapshot } = request
    const route = routeOf(request.intent, snapshot)
    return settled(request.admit(toolsOf(route, snapshot)), () => start(request, route))
  }

  function start(request: ExecuteRequest, route: ChosenRoute): ExecuteAnswer | Promise<ExecuteAnswer> {
    const { snapshot } = request
    const run = begin(request, route)
    if (request.dryRun) return run.answer(null)
    const workflow = route.kind === 'workflow' ? snapshot.workflows.get(route.name) : undefined
    if (workflow) return runWorkflow(request, run, workflow)
    const tool = snapshot.tools.get(route.name)
    if (!tool) throw new AppError('tool-not-found', { detail: `There is no tool "${route.name}".` })
    return runTool(request.tenant, run, tool)
  }

  function runTool(tenant: TenantId, run: Run, tool: Tool): ExecuteAnswer | Promise<ExecuteAnswer> {
    const finish = ({ kind, output }: ToolOutcome): ExecuteAnswer =>
      run.end({ status: kind === 'done' ? 'completed' : 'refused', output, steps: [] })
    try {
      const outcome = tool.run({ tenant, input: run.route.arguments, stages: {}, secrets: secretsOf(tenant) })
      return outcome instanceof Promise ? outcome.then(finish, run.fail) : finish(outcome)
    } catch (error) {
      return run.fail(error)
    }
  }

  async function runWorkflow({ tenant, snapshot }: ExecuteRequest, run: Run, workflow: Workflow) {
    const { revision, tools, workflows } = snapshot
    const input = run.route.arguments
    const secrets = secretsOf(tenant)
    const result = await engine
      .run({ tenant, revision, executionId: run.id, workflow, tools, workflows, input, secrets, deadlineMs })
      .catch(run.fail)
    if (!('stages' in result)) return result
    if (result.status === 'failed') return run.failWorkflow(result, result.error)
    const { output, stages } = result
    return run.end({ status: 'completed', output, steps: stages })
  }

  /** The record and the answer of one run share most of their members; this holds them until the run ends. */
  function begin({ tenant, snapshot, sessionId = newId(), requestId, dryRun }: ExecuteRequest, route: ChosenRoute) {
    const { revision } = snapshot
    const id = newId()
    const startedAt = clock.now()
    const started = clock.monotonic()
    const elapsedMs = (): number => Math.round((clock.monotonic() - started) * 1_000) / 1_000

    const record = (ending: Pick<Execution, 'status' | 'steps'> & { output?: Json; error?: ExecutionError }): void =>
      executions.record(tenant, {
        id,
        tenant,
        revision,
        kind: route.kind,
        name: route.name,
        method: route.method,
        input: route.arguments,
        startedAt,
        durationMs: elapsedMs(),
        sessionId,
        requestId,
        ...ending,
      })

    const answer = (result: Json): ExecuteAnswer => ({
      success: true,
      tenant,
      revision,
      route,
      result,
      sessionId,
      duration: elapsedMs(),
      deterministic: isDeterministic(route, snapshot),
      ...(dryRun ? {} : { executionId: id }),
    })

    return {
      id,
      route,
      answer,
      end(ending: { status: 'completed' | 'refused'; output: Json; steps: Execution['steps'] }): ExecuteAnswer {
        record(ending)
        return answer(ending.output)
      },
      fail(error: unknown): never {
        const known =
          error instanceof AppError ? error : new AppError('internal', { detail: 'A defect.', cause: error })
        record({ status: 'failed', error: errorOf(known), steps: [] })
        throw error instanceof AppError ? withData(error, { executionId: id, revision, route }) : error
      },
      failWorkflow({ output, stages }: WorkflowResult, error: ExecutionError): never {
        record({ status: 'failed', error, output, steps: stages })
        throw new AppError(error.code, {
          detail: error.detail,
          ...(error.errors ? { errors: error.errors } : {}),
          data: { executionId: id, revision, route, stage: error.stage, output, stages: stages.map(stepResource) },
        })
      },
    }
  }
  type Run = ReturnType<typeof begin>
}

const errorOf = ({ code, detail, errors }: AppError): ExecutionError => ({
  code,
  detail,
  ...(errors ? { errors } : {}),
})

/** The same error with what the caller needs to look the execution up. */
const withData = (error: AppError, data: JsonObject | Record<string, unknown>): AppError =>
  new AppError(error.code, {
    detail: error.detail,
    cause: error,
    ...(error.errors ? { errors: error.errors } : {}),
    ...(error.headers ? { headers: error.headers } : {}),
    data: { ...error.data, ...data },
  })

/** A workflow is as deterministic as everything it calls. Linked workflows have no cycles. */
function isDeterministic({ kind, name }: Pick<ChosenRoute, 'kind' | 'name'>, snapshot: Snapshot): boolean {
  const workflow = kind === 'workflow' ? snapshot.workflows.get(name) : undefined
  if (!workflow) return snapshot.tools.get(name)?.deterministic ?? false
  return workflow.uses.every(({ name: used }) =>
    isDeterministic({ kind: snapshot.tools.has(used) ? 'tool' : 'workflow', name: used }, snapshot),
  )
}

/** The tools that a route leads to, those of workflows within workflows among them. Linked workflows have no cycles. */
function toolsOf({ kind, name }: Pick<ChosenRoute, 'kind' | 'name'>, snapshot: Snapshot): readonly string[] {
  const workflow = kind === 'workflow' ? snapshot.workflows.get(name) : undefined
  if (!workflow) return [name]
  return workflow.uses.flatMap(({ name: used }) =>
    toolsOf({ kind: snapshot.tools.has(used) ? 'tool' : 'workflow', name: used }, snapshot),
  )
}
