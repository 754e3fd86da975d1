/**
 * From a parsed tool file to a tool that runs. All that is wrong with a file is said at once; a part that is
 * malformed is not looked into any further.
 */
import type { Violation } from '../documents/violation.ts'
import type { Expressions } from '../expressions/expressions.ts'
import { AppError } from '../kernel/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../kernel/json.ts'
import { checkPatterns } from '../routing/patterns.ts'
import { compileValidator } from '../schemas/ajv.ts'
import { checkTenantSchema, compileTenantSchema } from '../schemas/tenant-schema.ts'
import { afterwards } from './afterwards.ts'
import type { ToolScope } from './bindings.ts'
import { compileCompute } from './compute.ts'
import { TOOL_SCHEMA, type ToolDefinition } from './definition.ts'
import type { Implementation, ToolRun } from './implementation.ts'
import { compileRules } from './rules/compile.ts'
import { withSecrets } from './secrets.ts'
import { type SoundParts, soundParts } from './sound-parts.ts'
import type { Tool, ToolCall, ToolOutcome, ToolSummary } from './tool.ts'

export type ToolCompilation = { kind: 'tool'; tool: Tool } | { kind: 'invalid'; violations: Violation[] }

export type ToolCompiler = {
  /** `value` is what a tool's file holds; the pointers of the violations lead into it. */
  compile(value: Json): ToolCompilation
}

type Kind = Tool['kind']
type Validate = (value: unknown) => readonly Violation[]

const COMPILE: Record<Kind, (parts: SoundParts, scope: ToolScope, expressions: Expressions) => Implementation> = {
  rules: ({ rules = [] }, scope, expressions) => compileRules(rules, scope, expressions),
  compute: ({ compute = {} }, scope, expressions) => compileCompute(compute, scope, expressions),
}
const KINDS = Object.keys(COMPILE) as Kind[]

const NO_MAP: Violation = {
  pointer: '',
  code: 'wrong-type',
  detail: `A tool is a map with a name and one of ${KINDS.join(', ')}.`,
}

/** The check of the shape tells 50 violations at most, so with many of them it may not have named each broken part. */
const MAX_SHAPE_VIOLATIONS = 20

const ACCEPT: Validate = () => []

function summaryOf({
  $schema: _schema,
  rules: _rules,
  compute: _compute,
  secrets: _secrets,
  ...summary
}: ToolDefinition): ToolSummary {
  return { ...summary, patterns: summary.patterns ?? [], examples: summary.examples ?? [] }
}

function requireInput(validate: Validate, input: JsonObject, name: string): void {
  const errors = validate(input).map(({ pointer, code, detail }) => ({ pointer, code, detail }))
  if (errors.length === 0) return
  throw new AppError('input-invalid', { detail: `The input does not match the schema of ${name}.`, errors })
}

function requireOutput(validate: Validate, outcome: ToolOutcome, name: string): ToolOutcome {
  const errors = validate(outcome.output).map(({ pointer, code, detail }) => ({ pointer, code, detail }))
  if (errors.length === 0) return outcome
  throw new AppError('tool-failed', { detail: `The output does not match the output schema of ${name}.`, errors })
}

function assemble(definition: ToolDefinition, kind: Kind, implementation: ToolRun): Tool {
  const { name, input, output, secrets } = definition
  const validateInput = input ? compileTenantSchema(input) : ACCEPT
  const validateOutput = output ? compileTenantSchema(output) : ACCEPT
  const run: Tool['run'] = secrets ? withSecrets(secrets, implementation) : implementation
  return {
    ...summaryOf(definition),
    kind,
    // Rules and expressions see their input alone: no clock, no randomness, no network. A secret is no part of either
    // the input or the commit.
    deterministic: secrets === undefined,
    run: (call: ToolCall) => {
      requireInput(validateInput, call.input, name)
      return afterwards(run(call), (outcome) => requireOutput(validateOutput, outcome, name))
    },
  }
}

export function createToolCompiler({ expressions }: { expressions: Expressions }): ToolCompiler {
  const validateShape = compileValidator(TOOL_SCHEMA)

  const compile = (value: Json): ToolCompilation => {
    if (!isJsonObject(value)) return { kind: 'invalid', violations: [NO_MAP] }
    const violations = [...validateShape(value)]
    if (violations.length > MAX_SHAPE_VIOLATIONS) return { kind: 'invalid', violations }
    const parts = soundParts(value, violations)
    for (const member of ['input', 'output'] as const) {
      const schema = parts[member]
      const found = schema ? checkTenantSchema(schema, `/${member}`) : []
      if (found.length > 0) delete parts[member]
      violations.push(...found)
    }
    violations.push(...checkPatterns(parts.patterns ?? [], parts.input, '/patterns'))

    const kind = KINDS.find((each) => parts[each] !== undefined)
    // Without the input's schema every variable of an expression would seem unknown.
    const hidden = Object.hasOwn(value, 'input') && parts.input === undefined
    if (!kind || hidden) return { kind: 'invalid', violations }
    const implementation = COMPILE[kind](
      parts,
      { input: parts.input, hasSecrets: Object.hasOwn(value, 'secrets') },
      expressions,
    )
    if (implementation.kind === 'invalid') violations.push(...implementation.violations)
    else if (violations.length === 0)
      return { kind: 'tool', tool: assemble(value as ToolDefinition, kind, implementation.run) }
    return { kind: 'invalid', violations }
  }
  return { compile }
}
