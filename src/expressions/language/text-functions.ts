/**
 * `text.replace(old, new)`, as in the strings extension of cel-go: every occurrence, literally.
 * Invariant: the size of the result is known before it is made, for a short `new` in many places makes a huge text.
 * Source: https://pkg.go.dev/github.com/google/cel-go/ext#Strings
 */
import { type Environment, EvaluationError } from '@marcbachmann/cel-js'
import { EXPRESSION_LIMITS } from '../limits.ts'

function replace(text: string, old: string, replacement: string): string {
  const { maxResultSize } = EXPRESSION_LIMITS
  const parts = text.split(old)
  const size = text.length + (parts.length - 1) * (replacement.length - old.length)
  if (size <= maxResultSize) return parts.join(replacement)
  throw new EvaluationError(`replace() would give ${size} characters; at most ${maxResultSize} are allowed`)
}

export function registerTextFunctions(environment: Environment): void {
  environment.registerFunction(
    'string.replace(string, string): string',
    (text: string, old: string, replacement: string) => {
      if (old !== '') return replace(text, old, replacement)
      throw new EvaluationError('replace() needs a text to look for; its first argument is empty')
    },
  )
}
