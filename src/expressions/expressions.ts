/**
 * The expression language of tools: CEL, checked when it is compiled and bounded when it runs.
 * Invariant: whatever a tenant writes and a caller sends, the server's own thread is busy with it for a bounded time.
 * Expressions of bounded cost over small values run at once; all others run in a process that is killed at its limit.
 */
import type { TenantId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { compileProgram, type Invalid } from './compile.ts'
import { createEnvironment } from './environment.ts'
import type { Evaluation } from './evaluation.ts'
import { EXPRESSION_LIMITS } from './limits.ts'
import { fitsIn } from './size.ts'
import type { Variables } from './variables.ts'
import type { ExpressionWorkers } from './workers.ts'

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

export function createExpressions({ workers }: { workers: ExpressionWorkers }): Expressions {
  const environment = createEnvironment()
  let compiled = 0
  return {
    compileExpression: (source, variables) => {
      const compilation = compileProgram(source, variables, environment)
      if (compilation.kind === 'invalid') return compilation
      const { type, bounded, evaluate } = compilation.program
      compiled += 1
      const id = compiled
      const run = (bindings: JsonObject, tenant: TenantId): Evaluation | Promise<Evaluation> =>
        bounded && fitsIn(bindings, EXPRESSION_LIMITS.maxInlineSize)
          ? evaluate(bindings)
          : workers.evaluate({ id, source, variables, bindings }, tenant)
      return { kind: 'expression', expression: { type, run } }
    },
  }
}
