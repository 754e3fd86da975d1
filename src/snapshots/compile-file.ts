/**
 * One file of a tenant's tree, compiled: the text parsed, the value checked against its kind, ready to run.
 * Pure of everything but its bytes, so one result serves every tenant that has the same blob.
 */
import type { Document, Finding } from '../documents/document.ts'
import { parseDocument } from '../documents/parse.ts'
import type { Violation } from '../documents/violation.ts'
import type { Json } from '../kernel/json.ts'
import { POLICY_SCHEMA } from '../policies/definition.ts'
import { MERGE_SCHEMA } from '../rollouts/merge/rules/definition.ts'
import { compileValidator } from '../schemas/ajv.ts'
import type { ToolCompiler } from '../tools/compile.ts'
import type { Tool } from '../tools/tool.ts'
import { compileWorkflow } from '../workflows/compile.ts'
import type { Workflow } from '../workflows/workflow.ts'
import type { FileKind } from './file-kinds.ts'

export type Definition =
  | { kind: 'tool'; tool: Tool }
  | { kind: 'workflow'; workflow: Workflow }
  | { kind: 'config'; value: Json }

export type CompiledFile = GoodFile | { kind: 'bad'; findings: readonly Finding[] }

/** Of what was needed to compile it only the text is kept, to give places in it: a value takes several times as much. */
export type GoodFile = { kind: 'good'; definition: Definition; text: string }

export type FileCompiler = (kind: FileKind, name: string, bytes: Uint8Array) => CompiledFile

type Compiled = { kind: 'good'; definition: Definition } | { kind: 'bad'; violations: readonly Violation[] }

const config = (value: Json): Compiled => ({ kind: 'good', definition: { kind: 'config', value } })

/** Configuration that the product itself reads. */
function checkedConfig(schema: Readonly<Record<string, unknown>>): (value: Json) => Compiled {
  const check = compileValidator(schema)
  return (value) => {
    const violations = check(value)
    return violations.length > 0 ? { kind: 'bad', violations } : config(value)
  }
}

export function createFileCompiler(tools: ToolCompiler): FileCompiler {
  const compilers: Record<FileKind, (value: Json) => Compiled> = {
    tool: (value) => {
      const compiled = tools.compile(value)
      return compiled.kind === 'tool'
        ? { kind: 'good', definition: compiled }
        : { kind: 'bad', violations: compiled.violations }
    },
    workflow: (value) => {
      const compiled = compileWorkflow(value)
      return compiled.kind === 'workflow'
        ? { kind: 'good', definition: compiled }
        : { kind: 'bad', violations: compiled.violations }
    },
    config,
    policy: checkedConfig(POLICY_SCHEMA),
    'merge-rules': checkedConfig(MERGE_SCHEMA),
  }

  return (kind, name, bytes) => {
    const parsed = parseDocument(name, bytes)
    if (parsed.kind === 'rejected') return { kind: 'bad', findings: parsed.findings }
    const { document } = parsed
    const compiled = compilers[kind](document.value)
    if (compiled.kind === 'bad') {
      return { kind: 'bad', findings: compiled.violations.map((violation) => findingAt(document, violation)) }
    }
    return { kind: 'good', definition: compiled.definition, text: document.text }
  }
}

/** Gives what is wrong with the file beside others its place. Reads the text again: it is seldom asked. */
export function locate(name: string, { text }: GoodFile, violation: Violation): Finding {
  const parsed = parseDocument(name, Buffer.from(text, 'utf8'))
  if (parsed.kind === 'rejected') throw new Error(`${name} was read before, and is not now`)
  return findingAt(parsed.document, violation)
}

/** Gives a violation of a value its place in the text. */
export const findingAt = (document: Document, { part, within, ...violation }: Violation): Finding => ({
  ...violation,
  ...document.locate(violation.pointer, part, within),
})
