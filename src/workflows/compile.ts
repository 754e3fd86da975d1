/**
 * From a file's value to a `Workflow`, or to everything that is wrong with it at once. Pure, and independent of which
 * tools exist, so the result may be kept for as long as the file's bytes stay the same.
 */
import type { Violation } from '../documents/violation.ts'
import type { Json } from '../kernel/json.ts'
import { checkPatterns } from '../routing/patterns.ts'
import { compileValidator, type Validator } from '../schemas/ajv.ts'
import { checkTenantSchema } from '../schemas/tenant-schema.ts'
import { buildWorkflow } from './build.ts'
import { isGroup, WORKFLOW_SCHEMA, type WorkflowDefinition } from './definition.ts'
import { DURATION_FORM, parseDurationMs } from './duration.ts'
import { explained } from './explain.ts'
import { unsupportedForms } from './unsupported.ts'
import type { Workflow } from './workflow.ts'

export type CompiledWorkflow =
  | { kind: 'workflow'; workflow: Workflow }
  | { kind: 'invalid'; violations: readonly Violation[] }

/** Unsupported forms that are told of one file; it may be made of nothing else. */
const MAX_UNSUPPORTED = 50

let validator: Validator | undefined

/** Compiled at the first file, not at the start of the process. */
const shapeOf: Validator = (value) => {
  validator ??= compileValidator(WORKFLOW_SCHEMA)
  return validator(value)
}

/** Compiles the value of one file of `workflows/`. */
export function compileWorkflow(value: Json): CompiledWorkflow {
  const unsupported = unsupportedForms(value).slice(0, MAX_UNSUPPORTED)
  const covered = unsupported.flatMap(({ covers }) => covers)
  const shape = shapeOf(value).filter(({ pointer }) => !covered.some((root) => isWithin(pointer, root)))
  const refused = [...unsupported.map(({ violation }) => violation), ...shape.map(explained)]
  if (refused.length > 0) return { kind: 'invalid', violations: refused }

  const definition = value as unknown as WorkflowDefinition
  const violations = [...checkDurations(definition), ...checkInputSide(definition)]
  return violations.length > 0
    ? { kind: 'invalid', violations }
    : { kind: 'workflow', workflow: buildWorkflow(definition) }
}

const isWithin = (pointer: string, root: string): boolean => pointer === root || pointer.startsWith(`${root}/`)

function checkDurations({ timeout, stages }: WorkflowDefinition): Violation[] {
  const written = [
    ['/timeout', timeout] as const,
    ...stages.map((stage, index) => [`/stages/${index}/timeout`, isGroup(stage) ? stage.timeout : undefined] as const),
  ]
  return written.flatMap(([pointer, text]) =>
    text === undefined || parseDurationMs(text) !== undefined
      ? []
      : [{ pointer, code: 'duration-too-long', detail: `"${text}" is too long: write ${DURATION_FORM}.` }],
  )
}

function checkInputSide({ input, patterns }: WorkflowDefinition): Violation[] {
  const violations = input === undefined ? [] : checkTenantSchema(input, '/input')
  // The slots of a pattern take their types from the schema, so a bad schema would be reported twice.
  return violations.length > 0 ? violations : checkPatterns(patterns ?? [], input, '/patterns')
}
