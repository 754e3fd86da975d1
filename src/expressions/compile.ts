/**
 * From text to something that runs: parsed under limits, prepared, and checked against the types of its variables.
 * The server and its worker processes both compile with this; neither waits for anything here.
 */
import {
  type ASTNode,
  TypeError as CelTypeError,
  type Environment,
  EvaluationError,
  ParseError,
  type ParseResult,
} from '@marcbachmann/cel-js'
import type { JsonObject } from '../kernel/json.ts'
import { nearestName } from '../kernel/nearest-name.ts'
import { type Evaluation, failed } from './evaluation.ts'
import { callProblem } from './language/function-hints.ts'
import { isBounded, prepareSyntax } from './language/syntax.ts'
import { toJson } from './language/to-json.ts'
import type { Variables } from './language/variables.ts'
import { EXPRESSION_LIMITS } from './limits.ts'

export type Program = {
  /** CEL type of the result, such as `bool`, or `dyn` where only the run tells. */
  type: string
  /** Whether it may run on the server's own thread, given small variables. */
  bounded: boolean
  /** `bindings` has an own member for each variable that has a value, and no prototype. */
  evaluate(bindings: JsonObject): Evaluation
}

export type Invalid = {
  kind: 'invalid'
  /** What is wrong and what would be right: the rest of a sentence, without its full stop. */
  detail: string
  /** Column in the expression's text, counted from 1. */
  column?: number
}

type Compilation = { kind: 'program'; program: Program } | Invalid

type CelError = ParseError | CelTypeError | EvaluationError

const MAX_LISTED_NAMES = 10

/** What stands before the dot of some functions. */
const NAMESPACES = ['cel', 'math']

const code = (text: string): string => `\`${text}\``

/** Where the author of an expression may go wrong: the variables there are, and the functions. */
type Known = { names: readonly string[]; environment: Environment }

/** An error of the library, as far as it helps. */
type Fault = { node: ASTNode | undefined; summary: string }

/** What is wrong, and what the author may do about it, by the library's code. */
const DETAILS: Readonly<Record<string, (fault: Fault, known: Known) => string>> = {
  unknown_variable: ({ node, summary }, { names }) =>
    node?.op === 'id' ? `unknown variable ${code(node.args)}${nameHint(node.args, names)}` : ownWords(summary),
  no_such_overload: ({ summary }) => `${ownWords(summary)}; string(...), double(...) and int(...) convert`,
  no_matching_overload: ({ node, summary }, { environment }) =>
    node?.op === 'call' || node?.op === 'rcall' ? callProblem(node, summary, environment) : ownWords(summary),
  invalid_index_type: ({ summary }) => `${ownWords(summary)}; a number of JSON is a double: use list[int(n)]`,
}

function nameHint(name: string, names: readonly string[]): string {
  const near = nearestName(name, [...names, ...NAMESPACES])
  return near ? `; did you mean ${code(near)}?` : `; known names: ${names.slice(0, MAX_LISTED_NAMES).join(', ')}`
}

/** The library's sentence as the rest of one of ours; how a number of JSON is declared is no concern of the author's. */
const ownWords = (summary: string): string =>
  summary.replaceAll('dyn<double>', 'double').replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())

function describe(error: CelError, known: Known): string {
  const fault: Fault = { node: error instanceof ParseError ? undefined : error.node, summary: error.summary }
  return DETAILS[error.code]?.(fault, known) ?? ownWords(error.summary)
}

/** What happened at run time, by the library's code; the source text of the place says which value is meant. */
const FAILURES: Readonly<Record<string, (place: string) => string>> = {
  unknown_variable: (place) => `${code(place)} is missing; has(input.${place}) tells whether it is there`,
  no_such_key: (place) => `${code(place)} is missing; has(...) tells whether it is there`,
}

const isCelError = (error: unknown): error is CelError =>
  error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError

function invalid(error: unknown, known: Known): Invalid {
  // What else can be thrown is the stack's end: thousands of signs before a number count as one part each.
  if (!isCelError(error)) return { kind: 'invalid', detail: 'the expression is nested too deeply' }
  return { kind: 'invalid', detail: describe(error, known), ...(error.range && { column: error.range.start + 1 }) }
}

function failure(error: unknown, known: Known): Evaluation {
  // The library lets RangeErrors through: an unknown time zone, a list that is too long.
  if (!isCelError(error)) return failed(error instanceof RangeError ? error.message : 'it could not be evaluated')
  const { node } = error
  const place = node?.input?.slice(node.start, node.end) ?? ''
  const tell = FAILURES[error.code]
  return failed(tell ? tell(place) : describe(error, known))
}

function evaluate(parsed: ParseResult, bindings: JsonObject, known: Known): Evaluation {
  try {
    return toJson(parsed(bindings))
  } catch (error) {
    return failure(error, known)
  }
}

/** Parses and checks `source`; `base` is the language without variables. */
export function compileProgram(source: string, variables: Variables, base: Environment): Compilation {
  if (source.length > EXPRESSION_LIMITS.maxSourceLength) {
    const detail = `the expression is ${source.length} characters long; at most ${EXPRESSION_LIMITS.maxSourceLength} are allowed`
    return { kind: 'invalid', detail }
  }
  const environment = base.clone()
  const names = Object.keys(variables)
  const known: Known = { names, environment: base }
  // A property may be called `type` or `list`, which are words of CEL: then only `input.type` reaches it.
  const taken = names.filter((name) => base.hasVariable(name))
  for (const name of names) if (!taken.includes(name)) environment.registerVariable(name, variables[name]!)
  try {
    const parsed = environment.parse(source)
    const facts = prepareSyntax(parsed.ast, environment)
    const [problem] = facts.problems
    if (problem) return { kind: 'invalid', detail: problem.detail, column: problem.start + 1 }
    const word = taken.find((name) => facts.names.has(name))
    if (word) return { kind: 'invalid', detail: `${code(word)} is a word of CEL; write \`input.${word}\`` }
    const checked = parsed.check()
    if (!checked.valid || checked.type === undefined) return invalid(checked.error, known)
    const run = (bindings: JsonObject): Evaluation => evaluate(parsed, bindings, known)
    return { kind: 'program', program: { type: checked.type, bounded: isBounded(facts), evaluate: run } }
  } catch (error) {
    return invalid(error, known)
  }
}
