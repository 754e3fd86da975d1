/**
 * One rule against one input. Pure but for the processes in which long expressions run.
 * Invariant: an input is never to blame for the server: a condition that runs out of time is an error of the run, not
 * a failed rule.
 */
import type { Evaluation } from '../../expressions/evaluation.ts'
import type { Expression } from '../../expressions/expressions.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { afterwards } from '../afterwards.ts'
import { failedEvaluation } from '../failed-evaluation.ts'
import type { Failure, Rule } from './rule.ts'

/** Longer values are cut in messages. */
const MAX_SHOWN_LENGTH = 60

type Condition = { kind: 'holds' } | { kind: 'fails' } | { kind: 'unclear'; why: string }

type Evaluate = (expression: Expression) => ReturnType<Expression['run']>

const HOLDS: Evaluation = { kind: 'value', value: true }

function shown(value: Json): string {
  const text = Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : JSON.stringify(value)
  return text.length <= MAX_SHOWN_LENGTH ? text : `${text.slice(0, MAX_SHOWN_LENGTH)}…`
}

/** What is wrong with the field of `rule`, in our own words. */
function fieldMessages({ field, required, checks }: Rule, input: JsonObject): string[] {
  if (field === null) return []
  const value = Object.hasOwn(input, field) ? input[field]! : null
  if (value === null) return required ? [`${field} is missing`] : []
  return checks.flatMap((check) => {
    const expected = check(value)
    return expected === undefined ? [] : [`${field} is ${shown(value)}; ${expected}`]
  })
}

function conditionOf(evaluation: Evaluation, rule: string): Condition {
  if (evaluation.kind === 'failed') {
    if (evaluation.code === 'tool-failed') return { kind: 'unclear', why: evaluation.detail }
    throw failedEvaluation(evaluation, { detail: `The rule ${rule} could not be checked: ${evaluation.detail}.` })
  }
  if (evaluation.value === true) return { kind: 'holds' }
  return evaluation.value === false ? { kind: 'fails' } : { kind: 'unclear', why: 'it gives neither true nor false' }
}

function checkMessages(evaluation: Evaluation, source: string, rule: string): string[] {
  const condition = conditionOf(evaluation, rule)
  if (condition.kind === 'holds') return []
  return [condition.kind === 'fails' ? `${source} is not met` : `${source} could not be checked: ${condition.why}`]
}

function messagesOf(rule: Rule, input: JsonObject, evaluate: Evaluate): string[] | Promise<string[]> {
  const messages = fieldMessages(rule, input)
  const { check } = rule
  // A condition on a field that is wrong already would only repeat it.
  if (messages.length > 0 || !check) return messages
  return afterwards(evaluate(check.expression), (result) => checkMessages(result, check.source, rule.rule))
}

/** Every way in which `input` does not meet `rule`; `evaluate` runs its expressions on the variables of the call. */
export function judge(rule: Rule, input: JsonObject, evaluate: Evaluate): Failure[] | Promise<Failure[]> {
  const found = afterwards(rule.when ? evaluate(rule.when) : HOLDS, (guard): string[] | Promise<string[]> => {
    const condition = conditionOf(guard, rule.rule)
    if (condition.kind === 'unclear') return [`whether this rule counts could not be checked: ${condition.why}`]
    return condition.kind === 'fails' ? [] : messagesOf(rule, input, evaluate)
  })
  return afterwards(found, (messages) =>
    messages.map((message) => ({ rule: rule.rule, field: rule.field, message: rule.message ?? message })),
  )
}
