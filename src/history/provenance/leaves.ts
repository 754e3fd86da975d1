/**
 * A JSON value as its leaves: each pointer to something that is no object with members, and what stands there. Pure.
 * Lists are leaves as a whole, since their items have no names by which to know them again.
 */
import { childPointer, isJsonObject, type Json } from '../../kernel/json.ts'

/** By pointer; equal texts are equal values, written in the same order. */
export type Leaves = ReadonlyMap<string, string>

export function leavesOf(value: Json): Leaves {
  const leaves = new Map<string, string>()
  const walk = (at: Json, pointer: string): void => {
    const members = isJsonObject(at) ? Object.entries(at) : []
    if (members.length === 0) leaves.set(pointer, JSON.stringify(at))
    for (const [key, member] of members) walk(member, childPointer(pointer, key))
  }
  walk(value, '')
  return leaves
}
