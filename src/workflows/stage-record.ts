/**
 * What a run of a workflow leaves behind: its output and one record for each stage, in the order of the definition.
 * Invariant: the records mirror the definition; a stage that did not run has one too. Plain JSON throughout.
 */
import type { ProblemCode, ProblemItem } from '../kernel/errors.ts'
import type { Json, JsonObject } from '../kernel/json.ts'

export type StageError = {
  /** `rules-failed`: a validator refused its input. Any other: what the tool or the nested workflow failed with. */
  code: ProblemCode | 'rules-failed'
  detail: string
  /** Places of the stage's input. */
  errors?: readonly ProblemItem[]
}

/** How a stage ended. A failed one may have an output as well: a validator's verdict, or what a group got done. */
export type StageEnding =
  | { status: 'completed'; output: Json; activities?: readonly StageRecord[] }
  | { status: 'failed'; error: StageError; output?: Json; activities?: readonly StageRecord[] }

export type StageHead = {
  /** Unique among siblings. */
  name: string
  kind: 'tool' | 'workflow' | 'group'
}

export type StageRecord = StageHead &
  (
    | { status: 'skipped'; activities?: readonly StageRecord[] }
    | (StageEnding & {
        /** Milliseconds since 1970-01-01T00:00Z. */
        startedAt: number
        durationMs: number
      })
  )

export type RunError = StageError & {
  code: 'input-invalid' | 'workflow-failed' | 'workflow-timeout'
  /** The name of the stage that stopped the workflow; absent where none ran. */
  stage?: string
}

export type WorkflowResult = {
  /** Outputs of the completed stages by name; what there is so far where the run failed. */
  output: JsonObject
  stages: readonly StageRecord[]
} & ({ status: 'completed' } | { status: 'failed'; error: RunError })
