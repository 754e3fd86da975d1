/**
 * The record of one execution: what was run, for whom, from which commit, and how it ended.
 * Invariants: it belongs to one tenant and never changes; its ids sort by the time they were made.
 */
import type { ProblemCode, ProblemItem } from '../kernel/errors.ts'
import type { Oid, TenantId } from '../kernel/ids.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import type { StageRecord } from '../workflows/stage-record.ts'

/** `refused`: a validator did its work and found the input wanting. */
export type ExecutionStatus = 'completed' | 'failed' | 'refused'

export type ExecutionError = {
  code: ProblemCode
  detail: string
  errors?: readonly ProblemItem[]
  /** The stage that stopped a workflow. */
  stage?: string
}

export type Execution = {
  /** UUID version 7 (`kernel/time-ordered-id.ts`). */
  id: string
  tenant: TenantId
  revision: Oid
  kind: 'tool' | 'workflow'
  name: string
  /** How it was chosen: named by the caller, or by what its text led to. */
  method: 'direct' | 'exact' | 'pattern' | 'search'
  status: ExecutionStatus
  input?: JsonObject
  output?: Json
  /** With `failed` alone. */
  error?: ExecutionError
  /** Milliseconds since 1970-01-01T00:00Z. */
  startedAt: number
  durationMs: number
  sessionId?: string
  requestId: string
  /** The stages of a workflow in order; empty for a tool. */
  steps: readonly StageRecord[]
}
