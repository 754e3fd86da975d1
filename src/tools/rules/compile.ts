/**
 * The `rules` implementation: a validator. Every rule is compiled once and judges each input; the output names every
 * rule that is not met, in the order of the file.
 */
import type { Violation } from '../../documents/violation.ts'
import type { Expression, Expressions } from '../../expressions/expressions.ts'
import type { Variables } from '../../expressions/language/variables.ts'
import { exactList } from '../../kernel/exact-list.ts'
import { childPointer } from '../../kernel/json.ts'
import { afterwards, inOrder } from '../afterwards.ts'
import { type ToolScope, toolBindings, toolVariables } from '../bindings.ts'
import type { RuleObject } from '../definition.ts'
import { expressionViolation } from '../expression-violation.ts'
import type { Implementation, ToolRun } from '../implementation.ts'
import type { ToolOutcome } from '../tool.ts'
import { createBoundsCheck } from './bounds.ts'
import { CHECK_MEMBERS, fieldCheck } from './field-checks.ts'
import { judge } from './judge.ts'
import type { Failure, Rule } from './rule.ts'
import { parseTextRule } from './text-forms.ts'

/** One rule of the file: where it stands, what failures call it, and what it demands. */
type Source = {
  pointer: string
  rule: string
  object: RuleObject
  /** Where a member of the object stands; a line of text has no members. */
  at(member: string): string
}

function sourcesOf(written: string | RuleObject | undefined, index: number, violations: Violation[]): Source[] {
  if (written === undefined) return []
  const pointer = childPointer('/rules', index)
  if (typeof written !== 'string') {
    const rule = written.name ?? `rules[${index}]`
    return [{ pointer, rule, object: written, at: (member) => childPointer(pointer, member) }]
  }
  const parsed = parseTextRule(written)
  if (parsed.kind === 'rules') {
    return parsed.rules.map((object) => ({ pointer, rule: written, object, at: () => pointer }))
  }
  violations.push({ pointer, code: 'rule-form', detail: parsed.detail })
  return []
}

/** What is wrong with the members of a rule taken together. */
function shapeViolations({ pointer, object }: Source): Violation[] {
  const fieldMembers = [...CHECK_MEMBERS, 'required' as const].filter((member) => object[member] !== undefined)
  const checks = [...CHECK_MEMBERS, 'check' as const].some((member) => object[member] !== undefined)
  if (object.field === undefined && fieldMembers.length > 0) {
    const detail = `This rule has ${fieldMembers.join(', ')} but no field; say which property of the input it checks.`
    return [{ pointer, code: 'rule-field', detail }]
  }
  if (checks || object.required) return []
  const detail = `This rule checks nothing; give it one of ${CHECK_MEMBERS.join(', ')}, check, or required: true.`
  return [{ pointer, code: 'rule-empty', detail }]
}

/** Compiles `written`, in which refused rules are undefined. */
export function compileRules(
  written: readonly (string | RuleObject | undefined)[],
  scope: ToolScope,
  expressions: Expressions,
): Implementation {
  const violations: Violation[] = []
  const variables: Variables = toolVariables(scope)
  const checkBounds = createBoundsCheck()

  const compileCondition = (source: string | undefined, pointer: string): Expression | undefined => {
    if (source === undefined) return undefined
    const compilation = expressions.compileExpression(source, variables)
    if (compilation.kind === 'invalid') {
      violations.push(expressionViolation(pointer, source, compilation))
      return undefined
    }
    const { type } = compilation.expression
    if (type === 'bool' || type === 'dyn') return compilation.expression
    const detail = `This condition gives a value of type ${type}; it must give true or false.`
    violations.push({ pointer, code: 'expression-type', detail })
    return undefined
  }

  const compileRule = (source: Source): Rule => {
    const { rule, object, pointer, at } = source
    violations.push(...shapeViolations(source), ...checkBounds(object, pointer))
    const checks = CHECK_MEMBERS.flatMap((member) => {
      const compiled = fieldCheck(object, member)
      if (compiled?.kind === 'invalid') {
        violations.push({ pointer: at(member), code: 'pattern-invalid', detail: compiled.detail })
      }
      return compiled?.kind === 'check' ? [compiled.check] : []
    })
    const when = compileCondition(object.when, at('when'))
    const expression = compileCondition(object.check, at('check'))
    const check = expression && object.check ? { source: object.check, expression } : undefined
    const { field = null, required = true, message } = object
    return { rule, field, required, checks: exactList(checks), when, check, message }
  }

  const rules = written.flatMap((each, index) => sourcesOf(each, index, violations).map(compileRule))
  if (violations.length > 0) return { kind: 'invalid', violations }
  return running(exactList(rules))
}

/** Apart, so that what runs does not keep what was needed to compile it. */
const running = (rules: readonly Rule[]): Implementation => ({
  kind: 'implementation',
  run: (call) => validate(rules, call),
})

function validate(rules: readonly Rule[], call: Parameters<ToolRun>[0]): ToolOutcome | Promise<ToolOutcome> {
  const bindings = toolBindings(call)
  const evaluate = (expression: Expression) => expression.run(bindings, call.tenant)
  const failures: Failure[] = []
  const collect = (rule: Rule) =>
    afterwards(judge(rule, call.input, evaluate), (found) => {
      failures.push(...found)
    })
  return inOrder(rules, collect, (): ToolOutcome => {
    const output = { valid: failures.length === 0, failures }
    return { kind: output.valid ? 'done' : 'refused', output }
  })
}
