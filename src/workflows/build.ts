/** From a definition that was found good to the workflow it describes: every form of stage in one shape. Pure. */
import { childPointer, type JsonObject } from '../kernel/json.ts'
import { compileTenantSchema } from '../schemas/tenant-schema.ts'
import { type CallDefinition, type GroupDefinition, isGroup, type WorkflowDefinition } from './definition.ts'
import { parseDurationMs } from './duration.ts'
import type { Call, Group, Stage, Use, Workflow } from './workflow.ts'

/** How long a run may take where its definition does not say. */
const DEFAULT_TIMEOUT_MS = 60_000

/** The workflow that `definition` describes; the definition has passed every check of `compile.ts`. */
export function buildWorkflow({
  name,
  version,
  description,
  category,
  patterns,
  examples,
  input,
  timeout,
  stages,
}: WorkflowDefinition): Workflow {
  const uses: Use[] = []
  const built = buildStages(stages, uses)
  return {
    name,
    ...(version !== undefined && { version }),
    ...(description !== undefined && { description }),
    ...(category !== undefined && { category }),
    patterns: patterns ?? [],
    examples: examples ?? [],
    ...(input !== undefined && { input }),
    checkInput: inputCheck(input),
    timeoutMs: timeoutMs(timeout) ?? DEFAULT_TIMEOUT_MS,
    stages: built,
    uses,
  }
}

/** Most workflows of a tree are never run before its next commit, so the schema is compiled at the first use. */
function inputCheck(input: JsonObject | undefined): Workflow['checkInput'] {
  if (input === undefined) return () => []
  let check: ReturnType<typeof compileTenantSchema> | undefined
  return (value) => {
    check ??= compileTenantSchema(input)
    return check(value)
  }
}

const timeoutMs = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : parseDurationMs(text)

function buildStages(stages: WorkflowDefinition['stages'], uses: Use[]): Stage[] {
  const unique = uniqueNames()
  return stages.map((stage, index) => {
    const pointer = childPointer('/stages', index)
    return isGroup(stage) ? buildGroup(stage, pointer, unique, uses) : buildCall(stage, pointer, unique, uses)
  })
}

function buildGroup(group: GroupDefinition, pointer: string, unique: (name: string) => string, uses: Use[]): Group {
  const uniqueInGroup = uniqueNames()
  return {
    kind: 'group',
    name: unique(group.name),
    ...(group.description !== undefined && { description: group.description }),
    parallel: group.parallel ?? false,
    continueOnError: group.continue_on_error ?? false,
    timeoutMs: timeoutMs(group.timeout) ?? null,
    activities: group.activities.map((activity, index) =>
      buildCall(activity, `${pointer}/activities/${index}`, uniqueInGroup, uses),
    ),
  }
}

function buildCall(call: CallDefinition, pointer: string, unique: (name: string) => string, uses: Use[]): Call {
  if (typeof call === 'string') {
    uses.push({ pointer, part: 'value', name: call })
    return { kind: 'call', name: unique(call), uses: call, fixed: {} }
  }
  const [name = '', fixed = null] = Object.entries(call)[0] ?? []
  uses.push({ pointer: childPointer(pointer, name), part: 'key', name })
  return { kind: 'call', name: unique(name), uses: name, fixed: fixed ?? {} }
}

/** Gives back each name as it is the first time, and with the first free of `_2`, `_3`, ... after that. */
function uniqueNames(): (name: string) => string {
  const taken = new Set<string>()
  return (name) => {
    let free = name
    for (let count = 2; taken.has(free); count += 1) free = `${name}_${count}`
    taken.add(free)
    return free
  }
}
