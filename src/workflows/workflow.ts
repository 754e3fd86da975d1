/**
 * A workflow as the rest of the product sees it: named stages in order, each a call of a tool or of another workflow,
 * or a group of such calls.
 * Invariants: the definition passed every check that one file can pass alone; names are unique among siblings, so a
 * path of names leads to one call. Whether the tools it names exist is `link.ts`'s to say.
 */
import type { Violation } from '../documents/violation.ts'
import type { JsonObject } from '../kernel/json.ts'

export type Call = {
  kind: 'call'
  /** The name of what it calls; the second call of the same name among siblings is `<name>_2`, and so on. */
  name: string
  /** The tool or workflow of the same tenant; a tool goes before a workflow of the same name. */
  uses: string
  /** Members laid over the workflow's input for this call alone, at the top level only. */
  fixed: JsonObject
}

export type Group = {
  kind: 'group'
  name: string
  description?: string
  /** All activities start together; otherwise one after the other, and the first that fails is the last that runs. */
  parallel: boolean
  /** Whether the workflow goes on when this group has failed. */
  continueOnError: boolean
  /** For the whole group; null = as long as the workflow may run. */
  timeoutMs: number | null
  activities: readonly Call[]
}

export type Stage = Call | Group

/** One place of the definition that names a tool or workflow. */
export type Use = {
  /** RFC 6901, into the file's value. */
  pointer: string
  /** `key` where the name is a key of the one-key form. */
  part: 'value' | 'key'
  name: string
}

export type Workflow = {
  name: string
  version?: string
  description?: string
  category?: string
  /** Sentences with slots, such as `close the books of {month}`. */
  patterns: readonly string[]
  examples: readonly string[]
  /** JSON Schema 2020-12 of the input. */
  input?: JsonObject
  /** What is wrong with an input; nothing where the definition has no `input`. */
  checkInput(input: JsonObject): readonly Violation[]
  timeoutMs: number
  stages: readonly Stage[]
  uses: readonly Use[]
}
