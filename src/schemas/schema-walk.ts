/**
 * One walk over a tenant's schema: its subschemas by pointer, how they lead to each other, and what its keywords break.
 * Recursive: for values whose depth was bounded before.
 */
import { quoted } from '../documents/finding.ts'
import type { Violation } from '../documents/violation.ts'
import { childPointer, isJsonObject, type Json, type JsonObject } from '../kernel/json.ts'
import { nearestName } from '../kernel/nearest-name.ts'
import { listed } from './error-details.ts'
import { KNOWN_FORMATS } from './formats.ts'
import { DIALECT, KEYWORDS, REFUSED_KEYWORDS } from './keywords.ts'
import { compilePattern } from './regexp.ts'

/** A subschema, and the pointers of those that it applies to the same value or to parts of it. */
export type SchemaNode = {
  pointer: string
  same: string[]
  parts: string[]
  ref: string | undefined
  /** What trying it alone costs: 1, and more for a long enum, which is compared value by value. */
  weight: number
}

export type SchemaWalk = { nodes: ReadonlyMap<string, SchemaNode>; violations: readonly Violation[] }

const MAX_ENUM_VALUES = 1_000
const ENUM_VALUES_PER_STEP = 4

type Check = (value: Json) => { code: string; detail: string } | undefined

/** What the meta-schema cannot say of a keyword's value. Values of a wrong type are its concern. */
const CHECKS: Readonly<Record<string, Check>> = {
  $schema: (value) =>
    value === DIALECT
      ? undefined
      : { code: 'schema-dialect', detail: `Schemas are JSON Schema 2020-12: ${quoted(DIALECT)}.` },
  $ref: (value) => {
    if (typeof value !== 'string' || value === '#' || value.startsWith('#/')) return undefined
    const detail = `A $ref stays inside of this schema, such as "#/$defs/address"; ${quoted(value)} does not.`
    return { code: 'schema-ref', detail }
  },
  pattern: (value) => (typeof value === 'string' ? patternProblem(value) : undefined),
  format: (value) => {
    if (typeof value !== 'string' || KNOWN_FORMATS.has(value)) return undefined
    return {
      code: 'schema-format',
      detail: `Unknown format ${quoted(value)}; known are ${listed([...KNOWN_FORMATS], 'and')}.`,
    }
  },
  enum: (value) => {
    if (!Array.isArray(value) || value.length <= MAX_ENUM_VALUES) return undefined
    return {
      code: 'schema-too-large',
      detail: `An enum has at most ${MAX_ENUM_VALUES} values; this one has ${value.length}.`,
    }
  },
}

function patternProblem(source: string): { code: string; detail: string } | undefined {
  const pattern = compilePattern(source)
  return pattern.kind === 'invalid' ? { code: 'schema-pattern', detail: pattern.detail } : undefined
}

/** Walks `schema`, whose pointers begin with '' (the schema itself, not the file around it). */
export function walkSchema(schema: JsonObject): SchemaWalk {
  const nodes = new Map<string, SchemaNode>()
  const violations: Violation[] = []

  const visit = (value: Json, pointer: string): void => {
    const node: SchemaNode = { pointer, same: [], parts: [], ref: undefined, weight: 1 }
    nodes.set(pointer, node)
    if (!isJsonObject(value)) return
    for (const [keyword, content] of Object.entries(value)) {
      const at = childPointer(pointer, keyword)
      const unknown = keywordProblem(keyword, content)
      if (unknown) violations.push({ pointer: at, part: 'key', ...unknown })
      const problem = Object.hasOwn(CHECKS, keyword) ? CHECKS[keyword]?.(content) : undefined
      if (problem) violations.push({ pointer: at, ...problem })
      if (keyword === 'enum' && Array.isArray(content)) node.weight += content.length / ENUM_VALUES_PER_STEP
      if (keyword === '$ref' && typeof content === 'string') node.ref = content
      if (keyword === 'patternProperties' && isJsonObject(content)) checkKeyPatterns(content, at)
      for (const [child, below] of childrenOf(keyword, content, at)) {
        const appliesTo = KEYWORDS.get(keyword)
        if (appliesTo && appliesTo.holds !== 'nothing' && appliesTo.appliesTo !== 'nobody')
          (appliesTo.appliesTo === 'same' ? node.same : node.parts).push(below)
        visit(child, below)
      }
    }
  }

  const checkKeyPatterns = (patterns: JsonObject, at: string): void => {
    for (const source of Object.keys(patterns)) {
      const problem = patternProblem(source)
      if (problem) violations.push({ pointer: childPointer(at, source), part: 'key', ...problem })
    }
  }

  visit(schema, '')
  return { nodes, violations }
}

/** The subschemas that `content` of `keyword` holds, with their pointers. */
function childrenOf(keyword: string, content: Json, at: string): [Json, string][] {
  const holds = KEYWORDS.get(keyword)?.holds
  if (holds === 'schema') return [[content, at]]
  if (holds === 'list' && Array.isArray(content)) return content.map((child, index) => [child, childPointer(at, index)])
  if (holds === 'map' && isJsonObject(content))
    return Object.entries(content).map(([name, child]) => [child, childPointer(at, name)])
  return []
}

function keywordProblem(keyword: string, content: Json): { code: string; detail: string } | undefined {
  const refused = REFUSED_KEYWORDS.get(keyword)
  if (refused)
    return { code: 'schema-keyword', detail: `${quoted(keyword)} is not allowed in a schema here: ${refused}.` }
  if (isJsonObject(content) && Object.hasOwn(content, '$data'))
    return {
      code: 'schema-keyword',
      detail: `\`$data\` is not allowed in a schema here: ${REFUSED_KEYWORDS.get('$data')}.`,
    }
  if (KEYWORDS.has(keyword) || keyword.startsWith('x-')) return undefined
  const near = nearestName(keyword, KEYWORDS.keys())
  const advice =
    near === undefined ? 'begin the names of your own annotations with `x-`' : `did you mean ${quoted(near)}?`
  return { code: 'unknown-key', detail: `${quoted(keyword)} is no keyword of JSON Schema 2020-12; ${advice}` }
}
