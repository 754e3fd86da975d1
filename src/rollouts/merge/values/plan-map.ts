/** Maps, member by member: each key of either side is decided for itself. */
import { writtenKey } from '../repeated-keys.ts'
import type { Entry, TreeNode } from '../tree.ts'
import { arrangement } from './arrangement.ts'
import { mergeOrder } from './order.ts'
import { isKept } from './orphan-comments.ts'
import { mergeProperties, type Part, type Plan, type PlanPart, type Trio } from './plan.ts'

export function planMap(nodes: Trio<TreeNode>, pointer: string, planPart: PlanPart): Plan {
  const members = new Map<string, Trio<Entry>>()
  const identities = new Map<string, number>()
  const base = nodes.base?.kind === 'map' ? nodes.base.entries : []
  for (const entry of base) note(members, identities, entry, 'base')
  const ours = nodes.ours!.entries.map((entry) => note(members, identities, entry, 'ours'))
  const theirs = nodes.theirs!.entries.map((entry) => note(members, identities, entry, 'theirs'))
  const parts: Part[] = []
  for (const [key, entries] of members) parts.push(planPart(entries, pointer, writtenKey(key)))
  const keys = [...members.keys()]
  const { sequence } = mergeOrder(
    { baseSize: base.length, ours, theirs },
    (identity) => isKept(parts[identity]!),
    () => arrangement('map', keys, ours, theirs),
  )
  const properties = mergeProperties(nodes) ?? ''
  return { do: 'collection', kind: 'map', properties, parts: sequence.map((identity) => parts[identity]!), nodes }
}

function note(
  members: Map<string, Trio<Entry>>,
  identities: Map<string, number>,
  entry: Entry,
  side: 'base' | 'ours' | 'theirs',
): number {
  const key = entry.key!
  let identity = identities.get(key)
  if (identity === undefined) {
    identity = identities.size
    identities.set(key, identity)
    members.set(key, { base: undefined, ours: undefined, theirs: undefined })
  }
  members.get(key)![side] = entry
  return identity
}
