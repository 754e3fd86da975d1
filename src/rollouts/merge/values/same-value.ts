/**
 * Whether two nodes hold the same value. Quick where they do not, and where they are mostly one text: what the sides of
 * a merge have in common is one node in both.
 */
import type { TreeNode } from '../tree.ts'

export function sameValue(one: TreeNode | undefined, other: TreeNode | undefined): boolean {
  if (one === other) return true
  if (one === undefined || other === undefined || one.kind !== other.kind || one.properties !== other.properties)
    return false
  if (one.kind === 'scalar') return sameScalar(one, other)
  const count = one.entries.length
  if (count !== other.entries.length) return false
  let members: Map<string | null, TreeNode> | undefined
  for (let i = 0; i < count; i++) {
    const { key, node } = one.entries[i]!
    const beside = other.entries[i]!
    // The keys stand in the same order up to here, or else are looked up.
    if (members === undefined && beside.key !== key) members = membersOf(other)
    if (!sameValue(node, members === undefined ? beside.node : members.get(key))) return false
  }
  return true
}

function sameScalar(one: TreeNode, other: TreeNode): boolean {
  const lines = one.lines
  const beside = other.lines
  if (lines === undefined || beside === undefined) {
    return lines === beside && one.isString === other.isString && one.token === other.token
  }
  return sameLines(lines, beside)
}

export const sameLines = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((line, i) => line === other[i])

/** The values of a map by key. */
export const membersOf = ({ entries }: TreeNode): Map<string | null, TreeNode> =>
  new Map(entries.map(({ key, node }) => [key, node]))
