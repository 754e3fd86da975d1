/** What running an expression gives. Plain data, so that it can cross from a worker process. */
import type { Json } from '../kernel/json.ts'

export type Evaluation =
  | { kind: 'value'; value: Json }
  /** `detail` is the end of a sentence that begins with the expression's name, and may be shown to the caller. */
  | { kind: 'failed'; code: 'tool-failed' | 'tool-timeout' | 'overloaded'; detail: string }

export const failed = (detail: string): Evaluation => ({ kind: 'failed', code: 'tool-failed', detail })
