/**
 * What is wrong with the pattern sentences of a tool or workflow, said to the person who wrote them.
 * Pure. Invariant: a sentence without a violation here is matched by the router, and one with a violation never is.
 */
import type { Violation } from '../documents/violation.ts'
import { childPointer, type JsonObject } from '../kernel/json.ts'
import { nearestName } from '../kernel/nearest-name.ts'
import { PATTERN_LENGTH_LIMIT, type PatternFault, parsePattern, SLOT_LIMIT } from './sentence.ts'

/** Patterns of one tool or workflow. */
const PATTERN_LIMIT = 50

/** Names listed in one message. */
const LISTED_NAMES = 10

type Said = { code: string; detail: string }
type Sayings = { [Kind in PatternFault['kind']]: (fault: PatternFault & { kind: Kind }) => Said }

const SAYINGS: Sayings = {
  'too-long': ({ length }) => ({
    code: 'pattern-too-long',
    detail: `This pattern has ${length} characters; one of at most ${PATTERN_LENGTH_LIMIT} would do.`,
  }),
  unbalanced: () => ({
    code: 'pattern-malformed',
    detail:
      'A brace of this pattern has no partner; a slot is a name between one "{" and one "}", such as "{order_id}".',
  }),
  'too-many-slots': ({ count }) => ({
    code: 'pattern-too-many-slots',
    detail: `This pattern has ${count} slots; at most ${SLOT_LIMIT} are allowed.`,
  }),
  'bad-name': ({ name }) => ({
    code: 'pattern-slot-name',
    detail:
      name === ''
        ? 'A slot of this pattern is empty; write the name of an input property into it, such as "{order_id}".'
        : `${quote(name)} is no name for a slot; use letters, digits, "_" and "-", beginning with a letter or "_".`,
  }),
  repeated: ({ name }) => ({
    code: 'pattern-slot-repeated',
    detail: `The slot ${quote(name)} stands twice in this pattern; use each slot once.`,
  }),
  unknown: ({ name, known }) => ({
    code: 'pattern-slot-unknown',
    detail: `The input schema has no property ${quote(name)} for this slot; ${rightName(name, known)}`,
  }),
  unfit: ({ name, found }) => ({
    code: 'pattern-slot-type',
    detail: `The property of the slot ${quote(name)} is ${found}; a slot can give a string, a number, a boolean or one of an enum's values.`,
  }),
  adjacent: ({ first, second }) => ({
    code: 'pattern-ambiguous',
    detail: `Nothing tells where the slot ${quote(first)} ends and ${quote(second)} begins; put a blank or a word between them.`,
  }),
  'too-vague': () => ({
    code: 'pattern-too-vague',
    detail: 'This pattern fits any text; give it a word of its own, such as "process {order_id}".',
  }),
}

/**
 * The mistakes in `patterns`, whose array stands at `pointer`. `input` is the JSON Schema of the target's input: every
 * slot must be one of its properties, if it lists any.
 */
export function checkPatterns(
  patterns: readonly string[],
  input: JsonObject | undefined,
  pointer: string,
): Violation[] {
  if (patterns.length > PATTERN_LIMIT) {
    const detail = `There are ${patterns.length} patterns here; at most ${PATTERN_LIMIT} are allowed.`
    return [{ pointer, code: 'patterns-too-many', detail }]
  }
  return patterns.flatMap((sentence, at) => {
    const parsed = parsePattern(sentence, input)
    if (parsed.kind === 'pattern') return []
    return parsed.faults.map((fault) => ({ pointer: childPointer(pointer, at), ...say(fault) }))
  })
}

const say = <Kind extends PatternFault['kind']>(fault: PatternFault & { kind: Kind }): Said =>
  (SAYINGS[fault.kind] as (fault: PatternFault) => Said)(fault)

const quote = (name: string): string => JSON.stringify(name)

function rightName(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  if (nearest !== undefined) return `did you mean ${quote(nearest)}?`
  if (known.length === 0) return 'it has no properties at all.'
  const more = known.length > LISTED_NAMES ? `, and ${known.length - LISTED_NAMES} more` : ''
  return `it has ${known.slice(0, LISTED_NAMES).map(quote).join(', ')}${more}.`
}
