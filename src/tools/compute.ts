/**
 * The `compute` implementation: named CEL expressions over the input, evaluated in the order in which they are written.
 * A later one may use an earlier one by its name; a name that is also a property of the input keeps meaning that.
 * The output is an object of all results.
 */
import type { Violation } from '../documents/violation.ts'
import type { Evaluation } from '../expressions/evaluation.ts'
import type { Expression, Expressions } from '../expressions/expressions.ts'
import { isVariableName, typeOfResult, type Variables } from '../expressions/language/variables.ts'
import { exactList } from '../kernel/exact-list.ts'
import { childPointer, type Json, type JsonObject } from '../kernel/json.ts'
import { asSentence } from '../kernel/sentence.ts'
import { afterwards, inOrder } from './afterwards.ts'
import { type ToolScope, toolBindings, toolVariables } from './bindings.ts'
import { expressionViolation } from './expression-violation.ts'
import { failedEvaluation } from './failed-evaluation.ts'
import type { Implementation } from './implementation.ts'
import type { ToolOutcome } from './tool.ts'

type Step = { name: string; expression: Expression /** Whether later steps see it by its name. */; visible: boolean }

function resultOf({ name }: Step, evaluation: Evaluation): Json {
  if (evaluation.kind === 'value') return evaluation.value
  throw failedEvaluation(evaluation, {
    detail: asSentence(`\`${name}\` could not be computed: ${evaluation.detail}`),
    errors: [{ pointer: childPointer('/compute', name), detail: evaluation.detail }],
  })
}

/** Compiles `compute`, in which refused expressions are undefined. */
export function compileCompute(
  compute: Readonly<Record<string, string | undefined>>,
  scope: ToolScope,
  expressions: Expressions,
): Implementation {
  const violations: Violation[] = []
  const steps: Step[] = []
  let variables: Variables = toolVariables(scope)
  for (const [name, source] of Object.entries(compute)) {
    const visible = !Object.hasOwn(variables, name) && isVariableName(name)
    const compilation = source === undefined ? undefined : expressions.compileExpression(source, variables)
    if (source !== undefined && compilation?.kind === 'invalid') {
      violations.push(expressionViolation(childPointer('/compute', name), source, compilation))
    }
    const expression = compilation?.kind === 'expression' ? compilation.expression : undefined
    if (expression) steps.push({ name, expression, visible })
    // The name of a broken expression is known all the same, or each use of it would seem to be another mistake.
    if (visible) variables = { ...variables, [name]: expression ? typeOfResult(expression.type) : 'dyn' }
  }
  if (violations.length > 0) return { kind: 'invalid', violations }
  return running(exactList(steps))
}

/** Apart, so that what runs does not keep what was needed to compile it. */
function running(steps: readonly Step[]): Implementation {
  return {
    kind: 'implementation',
    run: (call) => {
      const bindings = toolBindings(call)
      const output: JsonObject = {}
      const keep = (step: Step, evaluation: Evaluation): void => {
        const value = resultOf(step, evaluation)
        output[step.name] = value
        if (step.visible) bindings[step.name] = value
      }
      const take = (step: Step) =>
        afterwards(step.expression.run(bindings, call.tenant), (evaluation) => keep(step, evaluation))
      return inOrder(steps, take, (): ToolOutcome => ({ kind: 'done', output }))
    },
  }
}
