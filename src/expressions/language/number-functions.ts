/**
 * `math.*`: rounding and comparing numbers. Names and rules are those of the math extension of cel-go, and `math.round`
 * takes a number of digits too. The result is always a double, as every number of JSON is. Constant time.
 * Source: https://pkg.go.dev/github.com/google/cel-go/ext#Math
 */
import { type Environment, EvaluationError } from '@marcbachmann/cel-js'
import { MAX_DIGITS, roundTo } from './rounding.ts'

/** What `math` is: a value without members, which the functions stand behind. */
class MathNamespace {}

export const MATH_TYPE = 'MathNamespace'

type NumberOfCel = number | bigint

const OF_ONE: Readonly<Record<string, (x: number) => number>> = {
  round: (x) => roundTo(x, 0),
  floor: Math.floor,
  ceil: Math.ceil,
  abs: Math.abs,
}

const OF_TWO: Readonly<Record<string, (a: number, b: number) => number>> = {
  round: roundToDigits,
  least: (a, b) => Math.min(a, b),
  greatest: (a, b) => Math.max(a, b),
}

const NUMBER_TYPES = ['double', 'int'] as const

function roundToDigits(value: number, digits: number): number {
  if (Number.isInteger(digits) && digits >= 0 && digits <= MAX_DIGITS) return roundTo(value, digits)
  throw new EvaluationError(`math.round keeps 0 to ${MAX_DIGITS} digits after the point, not ${digits}`)
}

export function registerNumberFunctions(environment: Environment): void {
  environment.registerType(MATH_TYPE, MathNamespace)
  environment.registerConstant('math', MATH_TYPE, new MathNamespace())
  for (const first of NUMBER_TYPES) {
    for (const [name, apply] of Object.entries(OF_ONE)) {
      const run = (_: MathNamespace, x: NumberOfCel): number => apply(Number(x))
      environment.registerFunction(`${MATH_TYPE}.${name}(${first}): double`, run)
    }
    for (const second of NUMBER_TYPES) {
      for (const [name, apply] of Object.entries(OF_TWO)) {
        const run = (_: MathNamespace, a: NumberOfCel, b: NumberOfCel): number => apply(Number(a), Number(b))
        environment.registerFunction(`${MATH_TYPE}.${name}(${first}, ${second}): double`, run)
      }
    }
  }
}
