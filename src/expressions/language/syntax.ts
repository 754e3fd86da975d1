/**
 * Facts about a parsed expression, and the two changes made to it before it is type-checked:
 * - both branches of `c ? a : b` become `dyn(...)`, for a JSON value may be of either type (`n == 0 ? 0 : a / n`);
 * - `text.matches('...')` is sent to the linear-time matcher, and its pattern is checked here, so it must be a literal.
 * A macro such as `map` shares its argument nodes with what it expands to, so a change in place reaches both.
 */
import type { ASTNode, Environment } from '@marcbachmann/cel-js'
import { compilePattern } from '../../schemas/regexp.ts'
import { LINEAR_MATCHES } from './environment.ts'

type SyntaxFacts = {
  /** Names used as variables, those that a comprehension binds included. */
  names: Set<string>
  /** How often each operator and each method (after a dot) occurs. */
  occurrences: Map<string, number>
  problems: SyntaxProblem[]
}

type SyntaxProblem = { detail: string; start: number }

/**
 * How often these may occur in an expression that runs inline; all else costs at most the size of its variables.
 * - The first five evaluate a part of the expression for each item; `bind` names a value, which may then double again
 *   and again, and `join` multiplies the sizes of a list and a text.
 *   So does `replace`: what comes after it would work on a far larger text.
 * - A chain of `+` over lists copies the first one each time. `matches` may take 10 ms on the largest text, `sort` and
 *   `distinct` a few ms on the largest list.
 */
const INLINE_OCCURRENCES: Readonly<Record<string, number>> = {
  '.all': 0,
  '.exists': 0,
  '.exists_one': 0,
  '.map': 0,
  '.filter': 0,
  '.bind': 0,
  '.join': 0,
  '.replace': 0,
  '.sort': 4,
  '.distinct': 4,
  '.split': 4,
  [`.${LINEAR_MATCHES}`]: 4,
  '+': 32,
}
const MATCHES: ReadonlySet<string> = new Set(['matches', LINEAR_MATCHES])

function asDynamic(node: ASTNode, environment: Environment): ASTNode {
  const wrapper = environment.parse('dyn(null)').ast
  if (wrapper.op === 'call') wrapper.args[1][0] = node
  return wrapper
}

function patternProblem(pattern: ASTNode | undefined): string | undefined {
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') {
    return 'matches takes one pattern, written as a literal text, so that it can be checked beforehand'
  }
  const compiled = compilePattern(pattern.args)
  return compiled.kind === 'invalid' ? compiled.detail.replace(/\.$/, '') : undefined
}

/** The parts of `node` that are expressions themselves. */
function children(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return []
    case '.':
    case '.?':
      return [node.args[0]]
    case 'call':
      return node.args[1]
    case 'rcall':
      return [node.args[1], ...node.args[2]]
    case 'map':
      return node.args.flat()
    case '!_':
    case '-_':
      return [node.args]
    default:
      return node.args
  }
}

function visitCall(node: Extract<ASTNode, { op: 'rcall' }>, facts: SyntaxFacts): void {
  const [method, , args] = node.args
  if (!MATCHES.has(method)) return
  const detail = patternProblem(args[0])
  if (detail) facts.problems.push({ detail, start: node.start })
  node.args[0] = LINEAR_MATCHES
}

function visit(node: ASTNode, facts: SyntaxFacts, environment: Environment): void {
  if (node.op === 'id') facts.names.add(node.args)
  if (node.op === 'rcall') visitCall(node, facts)
  const what = node.op === 'rcall' ? `.${node.args[0]}` : node.op
  facts.occurrences.set(what, (facts.occurrences.get(what) ?? 0) + 1)
  for (const child of children(node)) visit(child, facts, environment)
  if (node.op !== '?:') return
  node.args[1] = asDynamic(node.args[1], environment)
  node.args[2] = asDynamic(node.args[2], environment)
}

/** Prepares `root`, fresh from `environment.parse`, in place, and says what is in it. */
export function prepareSyntax(root: ASTNode, environment: Environment): SyntaxFacts {
  const facts: SyntaxFacts = { names: new Set(), occurrences: new Map(), problems: [] }
  visit(root, facts, environment)
  return facts
}

/** Whether running it costs at most the number of its parts times the size of its variables. */
export const isBounded = ({ occurrences }: SyntaxFacts): boolean =>
  Object.entries(INLINE_OCCURRENCES).every(([what, most]) => (occurrences.get(what) ?? 0) <= most)
