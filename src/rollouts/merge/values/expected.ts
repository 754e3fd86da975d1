/** Whether a text that was written, or that Git has merged, holds what a plan decides. Pure. */
import type { Entry, TreeNode } from '../tree.ts'
import { Numbering } from './numbering.ts'
import type { Plan, Trio } from './plan.ts'
import { membersOf, sameLines, sameValue } from './same-value.ts'

/** How the conflicts of a plan are decided: for one side, or by any order of the items where only places are in question. */
export type Decision = 'ours' | 'theirs' | 'any-order'

/** `node` is undefined where there is nothing. */
export function holds(plan: Plan, node: TreeNode | undefined, by: Decision): boolean {
  switch (plan.do) {
    case 'keep':
      return false
    case 'drop':
      return node === undefined
    case 'take':
      return sameValue(plan.nodes[plan.side], node)
    case 'conflict':
      if (by !== 'any-order') return sameValue(plan.nodes[by], node)
      return node !== undefined && plan.soft && holdsItemsOf(plan.nodes, node)
    case 'lines':
      return (
        node?.lines !== undefined &&
        node.properties === plan.nodes.ours!.properties &&
        sameLines(plan.lines, node.lines)
      )
    case 'collection':
      return node !== undefined && holdsInside(plan, node, by)
  }
}

function holdsInside(plan: Extract<Plan, { do: 'collection' }>, node: TreeNode, by: Decision): boolean {
  if (plan.kind !== node.kind || plan.properties !== node.properties) return false
  const { entries } = node
  let members: Map<string | null, TreeNode> | undefined
  let found = 0
  /** What the node has for the next member or item of the plan. */
  const next = (key: string | null): TreeNode | undefined => {
    const entry = entries[found++]
    if (members === undefined && entry?.key === key) return entry.node
    if (plan.kind === 'array') return undefined
    members ??= membersOf(node)
    return members.get(key)
  }
  for (const { plan: inner, entries: trio } of plan.parts) {
    if (isAbsent(inner, by)) continue
    if (inner.do === 'keep') {
      if (!inner.run.every((entry) => sameValue(entry.node, next(entry.key)))) return false
      continue
    }
    const member = next(plan.kind === 'map' ? keyOf(trio) : null)
    if (member === undefined || !holds(inner, member, by)) return false
  }
  return found === entries.length
}

function isAbsent(plan: Plan, by: Decision): boolean {
  if (plan.do === 'drop') return true
  if (plan.do === 'take') return plan.nodes[plan.side] === undefined
  return plan.do === 'conflict' && by !== 'any-order' && plan.nodes[by] === undefined
}

/** Whether a list has each item as often as the changes of both sides make it. */
function holdsItemsOf({ base, ours, theirs }: Trio<TreeNode>, node: TreeNode): boolean {
  if (node.kind !== 'array') return false
  const numbers = new Numbering()
  const [b, o, t, n] = [base, ours, theirs, node].map((list) => countItems(list, numbers)) as [
    Counts,
    Counts,
    Counts,
    Counts,
  ]
  return [...new Set([...b.keys(), ...o.keys(), ...t.keys(), ...n.keys()])].every((id) => {
    const [before, mine, other] = [b.get(id) ?? 0, o.get(id) ?? 0, t.get(id) ?? 0]
    const wanted = before === 0 ? Math.max(mine, other) : Math.max(mine + other - before, 0)
    return (n.get(id) ?? 0) === wanted
  })
}

type Counts = Map<number, number>

function countItems(list: TreeNode | undefined, numbers: Numbering): Counts {
  const counts: Counts = new Map()
  for (const { node } of list?.entries ?? []) counts.set(numbers.of(node), (counts.get(numbers.of(node)) ?? 0) + 1)
  return counts
}

const keyOf = ({ base, ours, theirs }: Trio<Entry>): string => (base ?? ours ?? theirs)?.key ?? ''
