/** An expression that does not compile, as a violation at its place in the tool's file. Pure. */
import type { Violation } from '../documents/violation.ts'
import type { Invalid } from '../expressions/compile.ts'
import { asSentence } from '../kernel/sentence.ts'

/** Characters of the expression that show the place. */
const MAX_SHOWN = 24

export function expressionViolation(pointer: string, source: string, { detail, column = 1 }: Invalid): Violation {
  const offset = column - 1
  return {
    pointer,
    code: 'expression-invalid',
    detail: asSentence(`The expression is not valid${placeIn(source, offset)}: ${detail}`),
    ...(offset > 0 && { within: offset }),
  }
}

/** In words too: the lines of a folded text are not those of the expression. */
function placeIn(source: string, offset: number): string {
  if (offset === 0) return ''
  const [line = ''] = source.slice(offset).trimStart().split('\n', 1)
  if (line === '') return ' at its end'
  return ` at \`${line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}...` : line.trimEnd()}\``
}
