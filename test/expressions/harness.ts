/** Expressions with real worker processes, for tests. */
import { afterAll } from 'vitest'
import type { Evaluation } from '../../src/expressions/evaluation.ts'
import { createExpressions, type Expressions } from '../../src/expressions/expressions.ts'
import type { Variables } from '../../src/expressions/language/variables.ts'
import { createExpressionWorkers, type ExpressionWorkersOptions } from '../../src/expressions/workers/workers.ts'
import type { TenantId } from '../../src/kernel/ids.ts'
import type { JsonObject } from '../../src/kernel/json.ts'

/** As the build makes it before the tests. */
export const WORKER = new URL('../../dist/expression-worker.js', import.meta.url)

/** Closed after the tests of the file. */
export function startExpressions(options: Partial<ExpressionWorkersOptions> = {}): Expressions {
  const workers = createExpressionWorkers({ workerUrl: WORKER, ...options })
  afterAll(() => workers.close())
  return createExpressions({ workers })
}

export const TENANT = 'acme-corp' as TenantId

export const bindings = (values: JsonObject): JsonObject => Object.assign(Object.create(null), values)

/** Compiles `source`, which must be valid, and runs it. */
export function evaluate(
  expressions: Expressions,
  source: string,
  variables: Variables = {},
  values: JsonObject = {},
  tenant = TENANT,
): Evaluation | Promise<Evaluation> {
  const compilation = expressions.compileExpression(source, variables)
  if (compilation.kind === 'invalid') throw new Error(`${source}: ${compilation.detail}`)
  return compilation.expression.run(bindings(values), tenant)
}
