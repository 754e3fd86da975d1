/**
 * The first reading of a YAML text, token by token, before anything recursive runs on it: the `yaml` package's lexer is
 * a loop, its parser recurses when many levels close at once, its composer always, and some 4 KB of nested `[` would
 * abort the whole process beyond any `catch`. So the parser is fed here one token at a time and stopped in time.
 * Invariant: a tree that passes nests little deeper than `maxDepth`, has at most `maxNodes` scalars, and no alias, anchor,
 * tag or directive.
 */
import { CST, Lexer, Parser } from 'yaml'
import type { DocumentLimits } from '../document.ts'
import { quoted } from '../finding.ts'
import { type Refusal, tooDeep, tooManyNodes } from '../plain-data.ts'
import type { ReaderInput } from '../reader.ts'

type TokenType = NonNullable<ReturnType<typeof CST.tokenType>>

/** What the product leaves out of YAML, and what to write instead. */
const REFUSED: Partial<Record<TokenType, (source: string) => Refusal>> = {
  alias: (source) => ({
    code: 'alias',
    detail: `The alias ${quoted(source)} is not allowed; write the value out. Text that begins with * needs quotes.`,
  }),
  anchor: (source) => ({
    code: 'anchor',
    detail: `The anchor ${quoted(source)} is not allowed; remove it. Text that begins with & needs quotes.`,
  }),
  tag: (source) => ({
    code: 'tag',
    detail: `The tag ${quoted(source)} is not allowed; remove it. Text that begins with ! needs quotes.`,
  }),
  'directive-line': (source) => ({
    code: 'directive',
    detail: `The directive ${quoted(source)} is not allowed; remove it. Every file is YAML 1.2.`,
  }),
}

const NODES: ReadonlySet<TokenType> = new Set<TokenType>([
  'scalar',
  'single-quoted-scalar',
  'double-quoted-scalar',
  'flow-map-start',
  'flow-seq-start',
])

/** Each of these stands for one key, value or item at least, also where nothing is written after it. */
const INDICATORS: ReadonlySet<TokenType> = new Set<TokenType>([
  'seq-item-ind',
  'explicit-key-ind',
  'map-value-ind',
  'comma',
])

/** Marks of the lexer that stand for no character of the text. */
const MARKS: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR])

/** A block pair on its own line is eight tokens, spaces and marks included; the rest is room for comments. */
const TOKENS_PER_NODE = 8

/** Beside its open collections the parser's stack holds the document, a scalar, and a key that turns into a map. */
const DEPTH_SLACK = 3

/** The tokens of the text's syntax tree, or undefined where it may not go on; then the log says why. */
export function guardedTokens({ text, limits, log }: ReaderInput): CST.Token[] | undefined {
  const parser = new Parser()
  const tree: CST.Token[] = []
  let passes = true
  let offset = 0
  let tokens = 0
  let nodes = 0
  let indicators = 0
  let isScalar = false

  const stop = (at: number, { code, detail }: Refusal): undefined => {
    log.add(at, [], code, detail)
    return undefined
  }

  for (const source of new Lexer().lex(text)) {
    const type: TokenType | null = isScalar ? 'scalar' : CST.tokenType(source)
    const isMark: boolean = !isScalar && MARKS.has(source)
    isScalar = isMark && type === 'scalar'
    const at = offset
    if (!isMark) offset += source.length

    tokens += 1
    if (tokens > limits.maxNodes * TOKENS_PER_NODE) return stop(at, tooManyTokens(limits))
    if (type && !isMark) {
      const refused = REFUSED[type]
      if (refused) {
        passes = false
        stop(at, refused(source))
      }
      if (NODES.has(type)) nodes += 1
      if (INDICATORS.has(type)) indicators += 1
      if (Math.max(nodes, indicators) > limits.maxNodes) return stop(at, tooManyNodes(limits))
    }

    for (const token of parser.next(source)) tree.push(token)
    if (openLevels(parser) > limits.maxDepth + DEPTH_SLACK) return stop(at, tooDeep(limits))
  }
  for (const token of parser.end()) tree.push(token)
  return passes ? tree : undefined
}

/**
 * How deep the parser is. Its stack is private in its types, but the only measure that is right for every way in which
 * YAML nests; should it ever be called otherwise, every file is refused, and the tests say so.
 */
function openLevels(parser: Parser): number {
  const stack: unknown = Reflect.get(parser, 'stack')
  return Array.isArray(stack) ? stack.length : Number.POSITIVE_INFINITY
}

const tooManyTokens = ({ maxNodes }: DocumentLimits): Refusal => ({
  code: 'too-many-tokens',
  detail: `The file is made of more than ${maxNodes * TOKENS_PER_NODE} words, signs, comments and line breaks; shorten it.`,
})
