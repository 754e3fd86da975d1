/** What every kind of tool compiles to: something that runs on an input that was checked, or what is wrong with it. */
import type { Violation } from '../documents/violation.ts'
import type { Tool } from './tool.ts'

export type Implementation =
  | { kind: 'implementation'; run: Tool['run'] }
  | { kind: 'invalid'; violations: readonly Violation[] }
