/** Programs written as YAML, over tools written as functions and a clock that only tools move. */
import { parse } from 'yaml'
import type { Json, JsonObject } from '../../src/kernel/json.ts'
import type { ToolOutcome } from '../../src/tools/tool.ts'
import { compileWorkflow } from '../../src/workflows/compile.ts'
import { type CallPlace, interpret, type StageCall } from '../../src/workflows/interpret.ts'
import type { WorkflowResult } from '../../src/workflows/stage-record.ts'
import type { Workflow } from '../../src/workflows/workflow.ts'

/** The workflow that `yaml` describes; throws what is wrong with it. */
export function workflowOf(yaml: string): Workflow {
  const compiled = compileWorkflow(parse(yaml) as Json)
  if (compiled.kind === 'invalid') throw new Error(JSON.stringify(compiled.violations))
  return compiled.workflow
}

export const done = (output: Json): ToolOutcome => ({ kind: 'done', output })

export type ToolFunction = (call: StageCall, place: CallPlace) => ToolOutcome | Promise<ToolOutcome>

export const STARTED_AT = 1_700_000_000_000

/** A clock that stands still until it is told otherwise. */
export const handClock = () => {
  let at = STARTED_AT
  return {
    now: () => at,
    advance: (ms: number): void => {
      at += ms
    },
  }
}

export type RunOptions = {
  /** The first is run; the others are there to be called. */
  workflows: readonly [string, ...string[]]
  tools: Readonly<Record<string, ToolFunction>>
  input?: JsonObject
  deadlineMs?: number
  clock?: ReturnType<typeof handClock>
}

/** Runs the first workflow over the tools; a tool that is not there fails the test. */
export function runYaml({
  workflows,
  tools,
  input = {},
  deadlineMs = Number.POSITIVE_INFINITY,
  clock = handClock(),
}: RunOptions): Promise<WorkflowResult> {
  const [workflow, ...others] = workflows.map(workflowOf)
  const named = new Map(Object.entries(tools))
  return interpret(
    { workflow: workflow!, tools: named, workflows: new Map(others.map((other) => [other.name, other])) },
    { input, deadline: clock.now() + deadlineMs },
    {
      now: clock.now,
      all: (branches) => Promise.all(branches.map((branch) => branch())),
      callTool: (name, call, place) => named.get(name)!(call, place),
    },
  )
}

/** `name: status` of each record, with the activities of a group or nested workflow in brackets. */
export const outline = (stages: WorkflowResult['stages']): string =>
  stages
    .map(({ name, status, activities }) => `${name}: ${status}${activities ? ` [${outline(activities)}]` : ''}`)
    .join(', ')
