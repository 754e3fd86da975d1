/** What every kind of tool compiles to: something that runs on an input that was checked, or what is wrong with it. */
import type { Violation } from '../documents/violation.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { ToolCall, ToolOutcome } from './tool.ts'

/** A call as an implementation sees it: `secretValues` are by the names that the tool gives them. */
export type ToolRun = (
  call: Pick<ToolCall, 'tenant' | 'input' | 'stages'> & { secretValues?: JsonObject },
) => ToolOutcome | Promise<ToolOutcome>

export type Implementation =
  | { kind: 'implementation'; run: ToolRun }
  | { kind: 'invalid'; violations: readonly Violation[] }
