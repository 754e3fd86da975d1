/** An expression that does not compile, as a violation at its place in the tool's file. Pure. */
import type { Violation } from '../documents/violation.ts'
import type { Invalid } from '../expressions/compile.ts'

export const expressionViolation = (pointer: string, { detail, column }: Invalid): Violation => ({
  pointer,
  code: 'expression-invalid',
  detail: `The expression is not valid${column === undefined ? '' : ` at its column ${column}`}: ${detail}.`,
})
