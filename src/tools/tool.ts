/**
 * A tool as the rest of the product sees it: a name, a schema for its input, and something that runs.
 * Invariant: a `Tool` came from a definition that passed every check, so running it can fail only for its input,
 * its time, or what it computes.
 */
import type { TenantId } from '../kernel/ids.ts'
import type { Json, JsonObject } from '../kernel/json.ts'

/** Values by the names of the secrets. */
export type SecretValues = ReadonlyMap<string, string>

/** The secrets of one tenant. */
export type SecretSource = {
  /**
   * Synchronous where they are in memory.
   * @throws AppError `secret-missing`, `secret-unreadable`
   */
  resolve(names: readonly string[]): SecretValues | Promise<SecretValues>
}

export type ToolCall = {
  /** For whom it runs. */
  tenant: TenantId
  /** Not checked yet: the tool checks it against its own input schema. */
  input: JsonObject
  /** Outputs of the stages that came before, by stage name; empty outside of a workflow. */
  stages: JsonObject
  /** Absent where no tenant's secrets are at hand: a tool that needs one fails then. */
  secrets?: SecretSource
}

/**
 * What a run gave. `refused` is a validator that found the input wanting: the tool did its work, and `output` is its
 * verdict; only a workflow treats it as a failure.
 */
export type ToolOutcome = { kind: 'done'; output: Json } | { kind: 'refused'; output: Json }

/** What routing, listings and documentation need to know. */
export type ToolSummary = {
  name: string
  version?: string
  description?: string
  category?: string
  /** Sentences with slots, such as `what is {a} {operator} {b}`. */
  patterns: readonly string[]
  examples: readonly string[]
  /** JSON Schema 2020-12 of the input. */
  input?: JsonObject
  output?: JsonObject
}

export type Tool = ToolSummary & {
  /** Which implementation it has; also the name of its member in the definition. */
  kind: 'rules' | 'compute'
  /** Whether the same input always gives the same output. */
  deterministic: boolean
  /**
   * Synchronous where it can be, so that the hot path need not wait for a microtask.
   * @throws AppError `input-invalid`, `tool-failed`, `tool-timeout`, `secret-missing`, `secret-unreadable`
   */
  run(call: ToolCall): ToolOutcome | Promise<ToolOutcome>
}
