/**
 * What both readers make of a text: plain data, and beside it where each part stood. Pure.
 * Invariant: `value` of an object node, and of an array node that is closed, holds exactly the values of its children.
 */
import { type Json, type JsonObject, type JsonPrimitive, pointerTokens } from '../kernel/json.ts'

export type TreeNode =
  | { kind: 'scalar'; offset: number; value: JsonPrimitive }
  | { kind: 'array'; offset: number; value: Json[]; items: TreeNode[] }
  | { kind: 'object'; offset: number; value: JsonObject; members: Map<string, Member> }

type Member = { keyOffset: number; node: TreeNode }

export type ObjectNode = Extract<TreeNode, { kind: 'object' }>
export type ArrayNode = Extract<TreeNode, { kind: 'array' }>

export const objectNode = (offset: number): ObjectNode => ({ kind: 'object', offset, value: {}, members: new Map() })

export const arrayNode = (offset: number): ArrayNode => ({ kind: 'array', offset, value: [], items: [] })

export function addMember(parent: ObjectNode, key: string, keyOffset: number, node: TreeNode): void {
  parent.members.set(key, { keyOffset, node })
  parent.value[key] = node.value
}

/** Gives an array that has all its items its value: a list that was pushed into keeps room for sixteen more. */
export function closeArray(node: ArrayNode): ArrayNode {
  node.value = node.items.map(({ value }) => value)
  return node
}

/** The offset of the value (or of the key) at `pointer`, or of its nearest ancestor that exists. O(depth). */
export function offsetAt(root: TreeNode, pointer: string, part: 'value' | 'key'): number {
  let node = root
  let keyOffset = root.offset
  for (const token of pointerTokens(pointer)) {
    const next = childOf(node, token)
    if (!next) break
    node = next.node
    keyOffset = next.keyOffset
  }
  return part === 'key' ? keyOffset : node.offset
}

function childOf(node: TreeNode, token: string): Member | undefined {
  if (node.kind === 'object') return node.members.get(token)
  if (node.kind === 'scalar' || !/^(?:0|[1-9]\d*)$/.test(token)) return undefined
  const item = node.items[Number(token)]
  return item && { keyOffset: item.offset, node: item }
}
