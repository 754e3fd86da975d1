/**
 * The expression language of tools: CEL, checked when it is compiled and bounded when it runs.
 * Invariant: whatever a tenant writes and a caller sends, the server's own thread is busy with it for a bounded time.
 * Expressions of bounded cost over small values run at once; all others run in a process that is killed at its limit.
 */

import { LRUCache } from 'lru-cache'
import type { TenantId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { compileProgram, type Invalid, type Program } from './compile.ts'
import type { Evaluation } from './evaluation.ts'
import { createEnvironment } from './language/environment.ts'
import type { Variables } from './language/variables.ts'
import { EXPRESSION_LIMITS } from './limits.ts'
import { fitsIn } from './size.ts'
import type { ExpressionWorkers } from './workers/workers.ts'

export type Expression = {
  /** CEL type of the result, such as `bool`; `dyn` where only the run tells. */
  type: string
  /**
   * @param bindings has an own member for each variable that has a value, and no prototype
   * @param tenant for whom it runs: programs are shared, the time in processes is not
   */
  run(bindings: JsonObject, tenant: TenantId): Evaluation | Promise<Evaluation>
}

export type Expressions = {
  compileExpression(source: string, variables: Variables): { kind: 'expression'; expression: Expression } | Invalid
}

/** A compiled expression, and the number by which processes know it. */
type Numbered = { id: number; program: Program }

/**
 * Programs, some 4 KB each, of what was compiled or run last. An expression is a function of its text and the types of its
 * variables alone, so tenants that have the same one share its program.
 */
const MAX_PROGRAMS = 4_000

export function createExpressions({ workers }: { workers: ExpressionWorkers }): Expressions {
  const environment = createEnvironment()
  const programs = new LRUCache<string, Numbered>({ max: MAX_PROGRAMS })
  let compiled = 0

  function programOf(source: string, variables: Variables): Numbered | Invalid {
    const key = `${JSON.stringify(variables)} ${source}`
    const known = programs.get(key)
    if (known) return known
    const compilation = compileProgram(source, variables, environment)
    if (compilation.kind === 'invalid') return compilation
    compiled += 1
    const numbered = { id: compiled, program: compilation.program }
    programs.set(key, numbered)
    return numbered
  }

  return {
    compileExpression: (source, variables) => {
      const checked = programOf(source, variables)
      if ('kind' in checked) return checked
      // Most expressions of most tenants are not run: each keeps its text, and its program from its first run on.
      let running: Numbered | undefined
      const run = (bindings: JsonObject, tenant: TenantId): Evaluation | Promise<Evaluation> => {
        running ??= programOf(source, variables) as Numbered
        const { id, program } = running
        return program.bounded && fitsIn(bindings, EXPRESSION_LIMITS.maxInlineSize)
          ? program.evaluate(bindings)
          : workers.evaluate({ id, source, variables, bindings }, tenant)
      }
      return { kind: 'expression', expression: { type: checked.program.type, run } }
    },
  }
}
