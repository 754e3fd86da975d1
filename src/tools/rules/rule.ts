/** A rule that was checked and is ready to judge inputs. */
import type { Expression } from '../../expressions/expressions.ts'
import type { FieldCheck } from './field-checks.ts'

export type Rule = {
  /** The line as its author wrote it, the name of a written-out rule, or its place such as `rules[2]`. */
  rule: string
  field: string | null
  /** Whether the field must be there. */
  required: boolean
  checks: readonly FieldCheck[]
  when: Expression | undefined
  check: { source: string; expression: Expression } | undefined
  /** Said instead of our own words. */
  message: string | undefined
}

/** One rule that an input does not meet. `field` is null for a condition over the whole input. */
export type Failure = { rule: string; field: string | null; message: string }
