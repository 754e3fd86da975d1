/** The value a plan stands for, as the number that reading its text again must give. Pure. */
import type { Interner } from '../interner.ts'
import type { TreeNode } from '../tree.ts'
import { blockScalarDescription } from '../yaml/read-scalar.ts'
import type { Part, Plan, Trio } from './plan.ts'

/** The value with every conflict decided for `pick`; undefined where that side has none. */
export function expectedId(plan: Plan, pick: 'ours' | 'theirs', interner: Interner): number | undefined {
  switch (plan.do) {
    case 'drop':
      return undefined
    case 'take':
      return plan.nodes[plan.side]?.id
    case 'conflict':
      return plan.nodes[pick]?.id
    case 'lines':
      return interner.other(blockScalarDescription(plan.nodes.ours!.properties, plan.lines[0]!, plan.lines.slice(1)))
    case 'collection': {
      const { properties } = plan
      const present: { key: string; id: number }[] = []
      for (const part of plan.parts) {
        const id = expectedId(part.plan, pick, interner)
        if (id !== undefined) present.push({ key: keyOf(part), id })
      }
      return plan.kind === 'map'
        ? interner.map(present, properties)
        : interner.array(
            present.map(({ id }) => id),
            properties,
          )
    }
  }
}

/** Whether `node` holds what the plan decides; where only a list's places are in question, in any order. */
export function fits(plan: Plan, node: TreeNode, interner: Interner): boolean {
  if (plan.do === 'conflict') return plan.soft && holdsItemsOf(plan.nodes, node)
  if (plan.do !== 'collection' || expectedId(plan, 'ours', interner) === node.id) {
    return expectedId(plan, 'ours', interner) === node.id
  }
  const parts = plan.parts.filter((part) => part.plan.do !== 'drop')
  if (plan.kind !== node.kind || parts.length !== node.entries.length) return false
  if (plan.kind === 'array') return parts.every((part, i) => fits(part.plan, node.entries[i]!.node, interner))
  const members = new Map(node.entries.map((entry) => [entry.key, entry.node]))
  return parts.every((part) => {
    const member = members.get(keyOf(part))
    return member !== undefined && fits(part.plan, member, interner)
  })
}

/** Whether a list has each item as often as the changes of both sides make it. */
function holdsItemsOf({ base, ours, theirs }: Trio<TreeNode>, node: TreeNode): boolean {
  if (node.kind !== 'array') return false
  const [b, o, t, n] = [base, ours, theirs, node].map(countItems) as [Counts, Counts, Counts, Counts]
  return [...new Set([...b.keys(), ...o.keys(), ...t.keys(), ...n.keys()])].every((id) => {
    const [before, mine, other] = [b.get(id) ?? 0, o.get(id) ?? 0, t.get(id) ?? 0]
    const wanted = before === 0 ? Math.max(mine, other) : Math.max(mine + other - before, 0)
    return (n.get(id) ?? 0) === wanted
  })
}

type Counts = Map<number, number>

function countItems(list: TreeNode | undefined): Counts {
  const counts: Counts = new Map()
  for (const { node } of list?.entries ?? []) counts.set(node.id, (counts.get(node.id) ?? 0) + 1)
  return counts
}

const keyOf = ({ entries }: Part): string => (entries.base ?? entries.ours ?? entries.theirs)?.key ?? ''
