/** The value a plan stands for, as the number that reading its text again must give. Pure. */
import type { Interner } from '../interner.ts'
import type { TreeNode } from '../tree.ts'
import { blockScalarDescription } from '../yaml/read-scalar.ts'
import type { Part, Plan } from './plan.ts'

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

/** Whether `node` holds what the plan decides; where a list's places are in question, any list. */
export function fits(plan: Plan, node: TreeNode, interner: Interner): boolean {
  if (plan.do === 'conflict') return plan.soft && node.kind === 'array'
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

const keyOf = ({ entries }: Part): string => (entries.base ?? entries.ours ?? entries.theirs)?.key ?? ''
