/**
 * What checking one value against a schema can cost, from the way its subschemas lead to each other. Pure.
 * A chain of `$defs`, each naming the next one twice, doubles the work with every link; a schema that names itself for
 * the same value never ends. Both are refused here. A schema that names itself for *parts* of the value is fine, but
 * may still double at each level, so its validator counts its steps (see tenant-schema.ts).
 */

import { quoted } from '../documents/finding.ts'
import type { Violation } from '../documents/violation.ts'
import { childPointer, pointerTokens } from '../kernel/json.ts'
import type { SchemaNode } from './schema-walk.ts'

/** Subschemas that may be tried on one value and, where the schema is not recursive, all of its parts together. */
const MAX_EXPANSION = 5_000

export type SchemaCost = {
  violations: readonly Violation[]
  isRecursive: boolean
  /** Subschemas that may be tried on one part of a value. */
  perPart: number
}

/** The pointer that a local `$ref` means, or undefined where its escapes are broken. */
export function refPointer(ref: string): string | undefined {
  try {
    return pointerTokens(decodeURIComponent(ref.slice(1))).reduce<string>(childPointer, '')
  } catch {
    return undefined
  }
}

/** Follows every `$ref` of the schema whose subschemas are `nodes`. */
export function schemaCost(nodes: ReadonlyMap<string, SchemaNode>): SchemaCost {
  const violations: Violation[] = []
  const targets = new Map<SchemaNode, SchemaNode>()
  for (const node of nodes.values()) {
    if (node.ref === undefined || !/^#(?:\/|$)/.test(node.ref)) continue
    const pointer = refPointer(node.ref)
    const target = pointer === undefined ? undefined : nodes.get(pointer)
    if (target) targets.set(node, target)
    else {
      const detail = `${quoted(node.ref)} names no schema of this file; define it below \`$defs\`.`
      violations.push({ pointer: childPointer(node.pointer, '$ref'), code: 'schema-ref', detail })
    }
  }

  const followed = (node: SchemaNode, pointers: readonly string[]): SchemaNode[] => {
    const target = targets.get(node)
    const children = pointers.flatMap((pointer) => nodes.get(pointer) ?? [])
    return target ? [...children, target] : children
  }

  const sameValue = expansions(nodes, (node) => followed(node, node.same))
  for (const node of sameValue.loops) {
    const detail =
      'This schema applies itself to the same value without end; let the $ref stand below a property or items.'
    violations.push({ pointer: node.pointer, code: 'schema-loop', detail })
  }
  const everything = expansions(nodes, (node) => followed(node, [...node.same, ...node.parts]))
  const isRecursive = everything.loops.length > 0
  const root = nodes.get('')
  const cost = root ? ((isRecursive ? sameValue : everything).costs.get(root) ?? 0) : 0
  const worst = Math.max(cost, ...(isRecursive ? sameValue.costs.values() : []))
  if (violations.length === 0 && worst > MAX_EXPANSION) {
    const detail = `With every $ref followed, this schema tries more than ${MAX_EXPANSION} subschemas; simplify it.`
    violations.push({ pointer: '', code: 'schema-too-complex', detail })
  }
  return { violations, isRecursive, perPart: worst }
}

/** For each node the number of nodes that it leads to, itself included and repeats counted; and where that never ends. */
function expansions(
  nodes: ReadonlyMap<string, SchemaNode>,
  next: (node: SchemaNode) => readonly SchemaNode[],
): { costs: Map<SchemaNode, number>; loops: SchemaNode[] } {
  const costs = new Map<SchemaNode, number>()
  const loops: SchemaNode[] = []
  const open = new Set<SchemaNode>()

  // By a stack of its own: a chain of references can be as long as the schema has room for, far beyond its depth.
  for (const start of nodes.values()) {
    const stack = [{ node: start, rest: [...next(start)], cost: start.weight }]
    if (costs.has(start)) continue
    open.add(start)
    while (stack.length > 0) {
      const top = stack.at(-1)!
      const child = top.rest.pop()
      if (child === undefined) {
        stack.pop()
        open.delete(top.node)
        costs.set(top.node, top.cost)
        const parent = stack.at(-1)
        if (parent) parent.cost += top.cost
      } else if (open.has(child)) loops.push(child)
      else {
        const known = costs.get(child)
        if (known !== undefined) top.cost += known
        else {
          open.add(child)
          stack.push({ node: child, rest: [...next(child)], cost: child.weight })
        }
      }
    }
  }
  return { costs, loops: [...new Set(loops)] }
}
