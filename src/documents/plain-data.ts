/** What both formats refuse in a value, in the same words: keys that reach a prototype, repeated keys, numbers that lie. */
import type { DocumentLimits, Position } from './document.ts'
import { quoted } from './finding.ts'
import type { ObjectNode } from './tree.ts'

export type Refusal = { code: string; detail: string }

/** Keys through which a careless copy of the value would change the prototype of every object. */
const DANGEROUS_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

export const isDangerousKey = (key: string): boolean => DANGEROUS_KEYS.has(key)

/** Why `key` may not be added to `parent`, or undefined where it may. */
export function keyRefusal(
  parent: ObjectNode,
  key: string,
  positionOf: (offset: number) => Position,
): Refusal | undefined {
  if (isDangerousKey(key))
    return { code: 'dangerous-key', detail: `The key ${quoted(key)} is not allowed; choose another name.` }
  const earlier = parent.members.get(key)
  if (!earlier) return undefined
  const { line, column } = positionOf(earlier.keyOffset)
  return {
    code: 'duplicate-key',
    detail: `The key ${quoted(key)} stands already at line ${line}, column ${column}; keep one of the two.`,
  }
}

/** A number written without a fraction or an exponent, also in YAML's hexadecimal and octal forms. */
const WHOLE_NUMBER = /^[-+]?(?:\d+|0x[\da-f]+|0o[0-7]+)$/i

/** Why the number written as `source` and read as `value` cannot be kept, or undefined where it can. */
export function numberRefusal(source: string, value: number): Refusal | undefined {
  if (!Number.isFinite(value))
    return {
      code: 'number-not-finite',
      detail: `${quoted(source)} is not a finite number; write a number up to about 1.8e308, or a string.`,
    }
  if (WHOLE_NUMBER.test(source) && !Number.isSafeInteger(value))
    return {
      code: 'number-not-exact',
      detail: `The whole number ${quoted(source)} is beyond 9007199254740991 and would lose digits; write it as a string.`,
    }
  return undefined
}

export const tooDeep = ({ maxDepth }: DocumentLimits): Refusal => ({
  code: 'too-deep',
  detail: `Maps and lists are nested deeper than ${maxDepth} levels here; make the structure flatter.`,
})

export const tooManyNodes = ({ maxNodes }: DocumentLimits): Refusal => ({
  code: 'too-many-nodes',
  detail: `The file holds more than ${maxNodes} keys and values; split it into several files.`,
})

export const EMPTY_FILE: Refusal = { code: 'empty', detail: 'The file is empty; write a map of keys and values.' }
