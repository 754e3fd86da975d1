/**
 * What of a tool's file can be looked into after its shape was checked. Pure.
 * Invariant: each part that is left has the type that `ToolDefinition` says, so that what is wrong with the others is
 * told once, by the check of the shape.
 */
import type { Violation } from '../documents/violation.ts'
import { childPointer, type Json, type JsonObject } from '../kernel/json.ts'
import type { RuleObject, ToolDefinition } from './definition.ts'

/** Of rules and of expressions, those that are refused already are undefined: their places and names still count. */
export type SoundParts = Partial<Omit<ToolDefinition, 'rules' | 'compute'>> & {
  rules?: (string | RuleObject | undefined)[]
  compute?: Record<string, string | undefined>
}

type Broken = (pointer: string) => boolean

/** Members whose parts stand on their own, and how each drops the broken ones. */
const DROP_BROKEN_PARTS: Readonly<Record<string, (member: Json, broken: Broken) => unknown>> = {
  rules: (rules, broken) =>
    Array.isArray(rules)
      ? rules.map((rule, index) => (broken(childPointer('/rules', index)) ? undefined : rule))
      : undefined,
  compute: (compute, broken) =>
    Object.fromEntries(
      Object.entries(compute as JsonObject).map(([name, source]) => [
        name,
        broken(childPointer('/compute', name)) ? undefined : source,
      ]),
    ),
}

export function soundParts(value: JsonObject, violations: readonly Violation[]): SoundParts {
  const at = (pointer: string): boolean => violations.some((violation) => violation.pointer === pointer)
  const atOrBelow: Broken = (pointer) =>
    at(pointer) || violations.some((violation) => violation.pointer.startsWith(`${pointer}/`))
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const pointer = childPointer('', name)
      const drop = Object.hasOwn(DROP_BROKEN_PARTS, name) ? DROP_BROKEN_PARTS[name] : undefined
      if (drop) return at(pointer) ? [] : [[name, drop(member, atOrBelow)]]
      return atOrBelow(pointer) ? [] : [[name, member]]
    }),
  )
}
