/** What a rule can demand of one value: a table from the member of the rule to the check it makes. Pure. */
import type { Json } from '../../kernel/json.ts'
import { compilePattern } from '../../schemas/regexp.ts'
import type { RuleObject } from '../definition.ts'

/** Undefined where `value` will do, else the end of a sentence that says what is expected. */
export type FieldCheck = (value: Json) => string | undefined

type CompiledCheck = { kind: 'check'; check: FieldCheck } | { kind: 'invalid'; detail: string }
type CheckMember = 'format' | 'min' | 'max' | 'enum'

/** RE2 takes time in proportion to the text, at worst 1 ms for this length; a tool may have hundreds of rules. */
const MAX_MATCHED_LENGTH = 1_024

function checkFormat(source: string): CompiledCheck {
  const pattern = compilePattern(source)
  if (pattern.kind === 'invalid') return { kind: 'invalid', detail: pattern.detail }
  const expected = `a text of the form ${source} is expected`
  return {
    kind: 'check',
    check: (value) => {
      if (typeof value !== 'string') return expected
      if (value.length > MAX_MATCHED_LENGTH) return `a text of at most ${MAX_MATCHED_LENGTH} characters is expected`
      return pattern.test(value) ? undefined : expected
    },
  }
}

const checkNumber = (bound: string, holds: (value: number) => boolean): CompiledCheck => ({
  kind: 'check',
  check: (value) => {
    if (typeof value !== 'number') return `a number of ${bound} is expected`
    return holds(value) ? undefined : `${bound} is allowed`
  },
})

function checkEnum(allowed: readonly Json[]): CompiledCheck {
  const known = new Set(allowed)
  const shown = [...new Set(allowed.map(String))].join(', ')
  return { kind: 'check', check: (value) => (known.has(value) ? undefined : `allowed are ${shown}`) }
}

/** In the order in which failures name them. */
const CHECKS: { [Member in CheckMember]: (argument: NonNullable<RuleObject[Member]>) => CompiledCheck } = {
  format: checkFormat,
  min: (min) => checkNumber(`at least ${min}`, (value) => value >= min),
  max: (max) => checkNumber(`at most ${max}`, (value) => value <= max),
  enum: checkEnum,
}
export const CHECK_MEMBERS = Object.keys(CHECKS) as CheckMember[]

/** The check that `member` of `rule` asks for, or undefined where the rule has no such member. */
export function fieldCheck<Member extends CheckMember>(rule: RuleObject, member: Member): CompiledCheck | undefined {
  const argument = rule[member]
  return argument === undefined ? undefined : CHECKS[member](argument)
}
