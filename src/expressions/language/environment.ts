/**
 * CEL as this product speaks it: the standard language, functions of its usual extensions for numbers, lists and text,
 * and two differences that JSON asks for.
 * - Numbers of JSON are doubles (7 / 2 is 3.5 for an input of 7 and 2) and mix with whole-number literals in
 *   arithmetic and equality. Two literals, or two sizes, stay whole numbers as CEL says: 7 / 2 is 3.
 * - `matches` runs on RE2 in linear time; the library's own one backtracks. The library lets nobody replace it, so the
 *   compiler renames each call (see syntax.ts) to the function registered here.
 * Invariant: every function is synchronous and depends on its arguments alone.
 */
import { Environment } from '@marcbachmann/cel-js'
import { compilePattern } from '../../schemas/regexp.ts'
import { EXPRESSION_LIMITS } from '../limits.ts'
import { registerListFunctions } from './list-functions.ts'
import { registerNumberFunctions } from './number-functions.ts'
import { registerTextFunctions } from './text-functions.ts'

/** What `text.matches(pattern)` is called after parsing. */
export const LINEAR_MATCHES = 'matchesLinear'

/** Patterns are literals of expressions that were accepted, so few; a server that runs for years starts afresh. */
const MAX_CACHED_PATTERNS = 1_000

const ARITHMETIC = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
} as const

function registerMixedNumbers(environment: Environment): void {
  for (const [operator, apply] of Object.entries(ARITHMETIC)) {
    environment.registerOperator(`int ${operator} double: double`, (a: bigint, b: number) => apply(Number(a), b))
    environment.registerOperator(`double ${operator} int: double`, (a: number, b: bigint) => apply(a, Number(b)))
  }
  environment.registerOperator('double % double: double', ARITHMETIC['%'])
  environment.registerOperator('int == double: bool', (a: bigint, b: number) => Number(a) === b)
}

function registerLinearMatches(environment: Environment): void {
  const compiled = new Map<string, ReturnType<typeof compilePattern>>()
  environment.registerFunction(`string.${LINEAR_MATCHES}(string): bool`, (text: string, source: string) => {
    let pattern = compiled.get(source)
    if (!pattern) {
      if (compiled.size >= MAX_CACHED_PATTERNS) compiled.clear()
      pattern = compilePattern(source)
      compiled.set(source, pattern)
    }
    return pattern.kind === 'pattern' && pattern.test(text)
  })
}

/** The language without any variable; clone it and register those. */
export function createEnvironment(): Environment {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    limits: {
      maxAstNodes: EXPRESSION_LIMITS.maxNodes,
      maxDepth: EXPRESSION_LIMITS.maxDepth,
      maxListElements: EXPRESSION_LIMITS.maxNodes,
      maxMapEntries: EXPRESSION_LIMITS.maxNodes,
      maxCallArguments: EXPRESSION_LIMITS.maxNodes,
    },
  })
  registerMixedNumbers(environment)
  registerLinearMatches(environment)
  registerNumberFunctions(environment)
  registerListFunctions(environment)
  registerTextFunctions(environment)
  return environment
}
