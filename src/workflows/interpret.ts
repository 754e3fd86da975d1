/**
 * What a workflow means: runs its stages over a small port and says what happened to each.
 *
 * Architecture invariant: deterministic. Given the same program, input and answers of the port it makes the same calls
 * in the same order and gives the same result; it has no clock, randomness or I/O of its own. So an engine may run it in
 * this process, replay it over a journal or put it behind a workflow service, and the meaning stays one.
 *
 * - Every call gets the workflow's input with its own fixed inputs laid over, and the outputs of the stages that have
 *   completed, by name. In a sequential group it also sees, under the group's name, what the group has so far.
 * - The first stage that fails is the last that runs, unless it is a group with `continue_on_error`.
 * - The activities of a parallel group start together, and all have ended before the group does.
 * - A validator that refuses its input fails its stage with `rules-failed`.
 * - Time is looked at where a call starts; while it runs, it is `callTool` that keeps the deadline.
 */
import type { JsonObject } from '../kernel/json.ts'
import type { ToolCall, ToolOutcome } from '../tools/tool.ts'
import {
  groupFailed,
  inputInvalid,
  notStartedInTime,
  rulesFailed,
  stageFailed,
  thrownError,
  workflowTimeout,
} from './stage-error.ts'
import type { RunError, StageEnding, StageHead, StageRecord, WorkflowResult } from './stage-record.ts'
import type { Call, Group, Stage, Workflow } from './workflow.ts'

export type CallPlace = {
  /** Names from the outermost stage to the call, joined by `/`: unique within a run, and the same in every replay. */
  path: string
  /** The instant, on the scale of `now`, at which the call must have ended; Infinity = none. */
  deadline: number
}

/** What a stage calls its tool with. */
export type StageCall = Pick<ToolCall, 'input' | 'stages'>

/** All that a run needs of the world. */
export type RunPort = {
  /** @throws AppError; `tool-timeout` once the deadline has passed */
  callTool(name: string, call: StageCall, place: CallPlace): ToolOutcome | Promise<ToolOutcome>
  /** Starts every branch before it waits for any; results in the order of the branches. A branch never rejects. */
  all<T>(branches: readonly (() => Promise<T>)[]): Promise<T[]>
  /** Milliseconds since 1970-01-01T00:00Z, never going back within a run. */
  now(): number
}

/** A workflow and what its names lead to. Invariant: linked (`link.ts`), so every name leads somewhere and none in a circle. */
export type Program = {
  workflow: Workflow
  /** Names that are tools; a tool goes before a workflow of the same name. */
  tools: { has(name: string): boolean }
  workflows: ReadonlyMap<string, Workflow>
}

type Machine = Omit<Program, 'workflow'> & { port: RunPort }

/** What a stage sees, and how long it has. */
type Scope = { input: JsonObject; stages: JsonObject; path: string; deadline: number }

/**
 * Runs `program` to its end; never rejects.
 * @param start.deadline instant, on the scale of `port.now`; the workflow's own timeout counts where it is sooner
 */
export const interpret = (
  { workflow, tools, workflows }: Program,
  { input, deadline }: { input: JsonObject; deadline: number },
  port: RunPort,
): Promise<WorkflowResult> => runWorkflow({ port, tools, workflows }, workflow, { input, deadline, path: '' })

async function runWorkflow(
  machine: Machine,
  workflow: Workflow,
  { input, path, deadline: latest }: Omit<Scope, 'stages'>,
): Promise<WorkflowResult> {
  const deadline = Math.min(latest, machine.port.now() + workflow.timeoutMs)
  const violations = workflow.checkInput(input)
  const output: JsonObject = {}
  const stages: StageRecord[] = []
  let error = violations.length > 0 ? inputInvalid(workflow.name, violations) : undefined
  for (const stage of workflow.stages) {
    if (error) {
      stages.push(skipped(machine, stage))
      continue
    }
    const record = await runStage(machine, stage, { input, path, deadline, stages: output })
    stages.push(record)
    if (record.status === 'completed') output[record.name] = record.output
    else error = stopsWorkflow(workflow, stage, record, machine.port.now() >= deadline)
  }
  return error ? { status: 'failed', output, stages, error } : { status: 'completed', output, stages }
}

/** The error that a failed stage ends its workflow with, or undefined where the workflow goes on. */
function stopsWorkflow(workflow: Workflow, stage: Stage, record: StageRecord, late: boolean): RunError | undefined {
  if (record.status !== 'failed') return undefined
  // A stage that ran out of the workflow's time, not of its own, leaves none for what would come after it.
  const outOfTime = record.error.code === 'tool-timeout' || record.error.code === 'workflow-timeout'
  if (outOfTime && late) return workflowTimeout(workflow.name, record)
  return stage.kind === 'group' && stage.continueOnError ? undefined : stageFailed(workflow.name, record)
}

const runStage = (machine: Machine, stage: Stage, scope: Scope): Promise<StageRecord> =>
  timed(machine, headOf(machine, stage), () =>
    stage.kind === 'group' ? runGroup(machine, stage, scope) : runCall(machine, stage, scope),
  )

async function runCall(machine: Machine, call: Call, scope: Scope): Promise<StageEnding> {
  const { port, tools, workflows } = machine
  if (port.now() >= scope.deadline) return { status: 'failed', error: notStartedInTime(call.name) }
  const input = { ...scope.input, ...call.fixed }
  const place = { path: scope.path === '' ? call.name : `${scope.path}/${call.name}`, deadline: scope.deadline }
  const nested = tools.has(call.uses) ? undefined : workflows.get(call.uses)
  if (nested) return nestedEnding(await runWorkflow(machine, nested, { input, ...place }))
  try {
    const { kind, output } = await port.callTool(call.uses, { input, stages: { ...scope.stages } }, place)
    return kind === 'done'
      ? { status: 'completed', output }
      : { status: 'failed', error: rulesFailed(call.uses, output), output }
  } catch (error) {
    return { status: 'failed', error: thrownError(error) }
  }
}

function nestedEnding(result: WorkflowResult): StageEnding {
  const { output, stages: activities } = result
  if (result.status === 'completed') return { status: 'completed', output, activities }
  const { stage: _, ...error } = result.error
  return { status: 'failed', error, output, activities }
}

async function runGroup(machine: Machine, group: Group, outer: Scope): Promise<StageEnding> {
  const deadline = Math.min(outer.deadline, machine.port.now() + (group.timeoutMs ?? Number.POSITIVE_INFINITY))
  const scope = { ...outer, path: outer.path === '' ? group.name : `${outer.path}/${group.name}`, deadline }
  const activities = await (group.parallel ? inParallel : inSequence)(machine, group, scope)
  const output = outputsOf(activities)
  const [first, ...rest] = activities.filter((record) => record.status === 'failed')
  return first
    ? { status: 'failed', error: groupFailed([first, ...rest]), output, activities }
    : { status: 'completed', output, activities }
}

const inParallel = (machine: Machine, group: Group, scope: Scope): Promise<StageRecord[]> =>
  machine.port.all(group.activities.map((call) => () => runStage(machine, call, scope)))

async function inSequence(machine: Machine, group: Group, scope: Scope): Promise<StageRecord[]> {
  const records: StageRecord[] = []
  for (const call of group.activities) {
    const stages = { ...scope.stages, [group.name]: outputsOf(records) }
    const over = records.some(({ status }) => status !== 'completed')
    records.push(over ? skipped(machine, call) : await runStage(machine, call, { ...scope, stages }))
  }
  return records
}

const outputsOf = (records: readonly StageRecord[]): JsonObject =>
  Object.fromEntries(records.flatMap((record) => (record.status === 'completed' ? [[record.name, record.output]] : [])))

const headOf = ({ tools }: Machine, stage: Stage): StageHead => ({
  name: stage.name,
  kind: stage.kind === 'group' ? 'group' : tools.has(stage.uses) ? 'tool' : 'workflow',
})

const skipped = (machine: Machine, stage: Stage): StageRecord => ({
  ...headOf(machine, stage),
  status: 'skipped',
  ...(stage.kind === 'group' && { activities: stage.activities.map((call) => skipped(machine, call)) }),
})

async function timed({ port }: Machine, head: StageHead, body: () => Promise<StageEnding>): Promise<StageRecord> {
  const start = port.now()
  const ending = await body()
  // Whole milliseconds for the instant; microseconds are as fine as a duration is ever told.
  const durationMs = Math.round((port.now() - start) * 1000) / 1000
  return { ...head, ...ending, startedAt: Math.round(start), durationMs }
}
