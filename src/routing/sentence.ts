/**
 * A pattern sentence such as `what is {a} {operator} {b}` as a sequence of parts to match.
 * Pure. Invariant: `parsePattern` is total, and what it parses has at most `SLOT_LIMIT` slots, no two of which compete
 * for the same characters without anything between them.
 */
import type { JsonObject } from '../kernel/json.ts'
import { type SlotLookup, type SlotType, slotType } from './slot.ts'
import { fold, isSymbol, runs, tidy } from './text.ts'

export type Part =
  /** Folded text without blanks, to be found as it is. */
  | { kind: 'literal'; text: string }
  /** One blank. An optional one may be missing where its neighbours stay apart without it, as in `12*7`. */
  | { kind: 'blank'; optional: boolean }
  | { kind: 'slot'; name: string; type: SlotType }

export type Pattern = {
  parts: readonly Part[]
  /** Words that every text that fits must hold as whole runs of letters or digits. */
  words: ReadonlySet<string>
  /** How many characters are literal, blanks not counted. More is more specific. */
  literalLength: number
  /** How many slots take any text. Fewer is more specific. */
  textSlots: number
}

/** Why a sentence is no pattern; `patterns.ts` says it to people. */
export type PatternFault =
  | { kind: 'too-long'; length: number }
  | { kind: 'unbalanced' }
  | { kind: 'too-many-slots'; count: number }
  | { kind: 'bad-name'; name: string }
  | { kind: 'repeated'; name: string }
  | { kind: 'unknown'; name: string; known: readonly string[] }
  | { kind: 'unfit'; name: string; found: string }
  | { kind: 'adjacent'; first: string; second: string }
  | { kind: 'too-vague' }

export type ParsedPattern = { kind: 'pattern'; pattern: Pattern } | { kind: 'faults'; faults: readonly PatternFault[] }

/** UTF-16 code units of one sentence. */
export const PATTERN_LENGTH_LIMIT = 200
export const SLOT_LIMIT = 8

const SLOT_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/
/** Names that a plain object already answers to. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Reads `sentence`; the JSON Schema `input` gives the slots their types. Without it every slot takes any text. */
export function parsePattern(sentence: string, input: JsonObject | undefined): ParsedPattern {
  if (sentence.length > PATTERN_LENGTH_LIMIT) return faulty({ kind: 'too-long', length: sentence.length })
  // Every other piece is the inside of a pair of braces.
  const pieces = tidy(sentence).plain.split(/\{([^{}]*)\}/)
  if (pieces.some((piece, at) => at % 2 === 0 && /[{}]/.test(piece))) return faulty({ kind: 'unbalanced' })
  const names = pieces.filter((_, at) => at % 2 === 1).map((name) => name.trim())
  const lookups = names.map((name): [string, SlotLookup] => [name, slotType(name, input)])
  const faults = [...nameFaults(names), ...lookups.flatMap(([name, found]) => lookupFaults(name, found))]
  if (faults.length > 0) return faulty(...faults)

  const types = lookups.map(([, found]) => (found.kind === 'type' ? found.type : undefined))
  const parts = pieces.flatMap((piece, at): Part[] =>
    at % 2 === 0 ? literalParts(piece) : [{ kind: 'slot', name: names[(at - 1) / 2]!, type: types[(at - 1) / 2]! }],
  )
  const settled = parts.map((part, at) => (part.kind === 'blank' ? settleBlank(parts, at) : part))
  const shapes = shapeFaults(settled)
  return shapes.length > 0 ? faulty(...shapes) : { kind: 'pattern', pattern: measure(settled) }
}

const faulty = (...faults: PatternFault[]): ParsedPattern => ({ kind: 'faults', faults })

function nameFaults(names: readonly string[]): PatternFault[] {
  if (names.length > SLOT_LIMIT) return [{ kind: 'too-many-slots', count: names.length }]
  const bad = names.filter((name) => !SLOT_NAME.test(name) || RESERVED_NAMES.has(name))
  const repeated = new Set(names.filter((name, at) => names.indexOf(name) !== at && !bad.includes(name)))
  return [
    ...bad.map((name): PatternFault => ({ kind: 'bad-name', name })),
    ...[...repeated].map((name): PatternFault => ({ kind: 'repeated', name })),
  ]
}

function lookupFaults(name: string, found: SlotLookup): PatternFault[] {
  // A name that could be no property's is reported as such, not as unknown too.
  if (found.kind === 'type' || !SLOT_NAME.test(name) || RESERVED_NAMES.has(name)) return []
  return [{ ...found, name }]
}

const literalParts = (piece: string): Part[] =>
  fold(piece)
    .split(/( )/)
    .filter((text) => text !== '')
    .map((text): Part => (text === ' ' ? { kind: 'blank', optional: false } : { kind: 'literal', text }))

/** A blank beside a choice or a symbol may be missing: both are told from their neighbours without it. */
function settleBlank(parts: readonly Part[], at: number): Part {
  const before = parts[at - 1]
  const after = parts[at + 1]
  const optional =
    [before, after].some((part) => part?.kind === 'slot' && part.type.kind === 'choice') ||
    (before?.kind === 'literal' && isSymbol(before.text.at(-1)!)) ||
    (after?.kind === 'literal' && isSymbol(after.text[0]!))
  return { kind: 'blank', optional }
}

function shapeFaults(parts: readonly Part[]): PatternFault[] {
  const adjacent = parts.flatMap((part, at): PatternFault[] => {
    const next = parts[at + 1]
    if (part.kind !== 'slot' || next?.kind !== 'slot') return []
    const compete = part.type.kind === next.type.kind && part.type.kind !== 'choice'
    return compete ? [{ kind: 'adjacent', first: part.name, second: next.name }] : []
  })
  const says = parts.some(
    (part) =>
      (part.kind === 'slot' && part.type.kind !== 'text') || (part.kind === 'literal' && runs(part.text).length > 0),
  )
  return says ? adjacent : [...adjacent, { kind: 'too-vague' }]
}

function measure(parts: readonly Part[]): Pattern {
  const literals = parts.flatMap((part) => (part.kind === 'literal' ? [part.text] : []))
  return {
    parts,
    words: new Set(parts.flatMap((part, at) => wholeWords(part, parts[at - 1], parts[at + 1]))),
    literalLength: literals.reduce((sum, text) => sum + text.length, 0),
    textSlots: parts.filter((part) => part.kind === 'slot' && part.type.kind === 'text').length,
  }
}

/** The runs of a literal, without the ones that touch a slot: what stands in the slot may lengthen those. */
function wholeWords(part: Part, before: Part | undefined, after: Part | undefined): string[] {
  if (part.kind !== 'literal') return []
  const words = runs(part.text)
  const first = before?.kind === 'slot' && !isSymbol(part.text[0]!) ? 1 : 0
  const last = after?.kind === 'slot' && !isSymbol(part.text.at(-1)!) ? 1 : 0
  return words.slice(first, words.length - last)
}
