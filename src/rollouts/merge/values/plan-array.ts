/** Lists, item by item, once it is known which items of the three sides are the same. */
import { once } from '../once.ts'
import type { Entry, Side, TreeNode } from '../tree.ts'
import { arrangement } from './arrangement.ts'
import { type Identities, identify } from './identify.ts'
import { type Meeting, mergeOrder } from './order.ts'
import { isKept } from './orphan-comments.ts'
import { conflict, joinKept, mergeProperties, type Part, type Plan, type PlanPart, type Trio } from './plan.ts'
import type { ArrayPolicy } from './policies.ts'
import { sameValue } from './same-value.ts'

export function planArray(
  nodes: Trio<TreeNode>,
  pointer: string,
  policy: ArrayPolicy | undefined,
  planPart: PlanPart,
): Plan {
  const entriesOf = (side: Side) => (nodes[side]?.kind === 'array' ? nodes[side].entries : [])
  const [base, ours, theirs] = [entriesOf('base'), entriesOf('ours'), entriesOf('theirs')]
  if (policy === 'atomic') return takeWhole(nodes, pointer)
  const nodesOf = (entries: readonly Entry[]) => entries.map(({ node }) => node)
  const same = identify({ base: nodesOf(base), ours: nodesOf(ours), theirs: nodesOf(theirs) }, policy)
  const trios: Trio<Entry>[] = Array.from({ length: same.count }, () => ({
    base: undefined,
    ours: undefined,
    theirs: undefined,
  }))
  const token = new Array<number>(same.count).fill(-1)
  for (const [side, entries] of [
    ['base', base],
    ['ours', ours],
    ['theirs', theirs],
  ] as const) {
    entries.forEach((entry, i) => {
      const identity = same[side][i]!
      trios[identity]![side] = entry
      if (token[identity] === -1) token[identity] = i
    })
  }
  const parts: (Part | undefined)[] = trios.map((trio, identity) =>
    (trio.base ?? trio.ours ?? trio.theirs) ? planPart(trio, pointer, token[identity]!) : undefined,
  )
  const namesOf = (side: readonly number[]) => side.map((identity) => same.names[identity])
  const order = mergeOrder(
    { kind: 'list', baseSize: base.length, ours: same.ours, theirs: same.theirs },
    (identity) => isKept(parts[identity]!),
    once(() => arrangement('list', same.names, [namesOf(same.ours), namesOf(same.theirs)])),
  )
  if (order.contradictory) return conflict(nodes, pointer, 'order', true)
  if (order.meetings.some(contests(same, base.length))) {
    return conflict(nodes, pointer, same.by === 'value' ? 'edit-edit' : 'order', true)
  }
  const properties = mergeProperties(nodes) ?? ''
  return {
    do: 'collection',
    kind: 'array',
    properties,
    parts: joinKept(order.sequence.map((identity) => parts[identity]!)),
    nodes,
  }
}

function takeWhole(nodes: Trio<TreeNode>, pointer: string): Plan {
  const { base, ours, theirs } = nodes
  if (sameValue(ours, theirs) || sameValue(theirs, base)) return { do: 'take', side: 'ours', nodes }
  if (sameValue(ours, base)) return { do: 'take', side: 'theirs', nodes }
  return conflict(nodes, pointer, 'edit-edit')
}

/**
 * Tells whether two sides put different things in place of the same item, so that keeping both would be a guess. In a
 * list whose items have no names any two things put in one place are a question.
 */
function contests(same: Identities, baseSize: number): (meeting: Meeting) => boolean {
  if (same.by === 'alignment') return () => true
  const [goneInOurs, goneInTheirs] = [goneAt(same.ours, baseSize), goneAt(same.theirs, baseSize)]
  return ({ ours, theirs }) => {
    const gone = new Set(goneInOurs(ours[0]!))
    return goneInTheirs(theirs[0]!).some((place) => gone.has(place))
  }
}

/** For a new item of `side`: the places of the base that are gone where it stands. */
function goneAt(side: readonly number[], baseSize: number): (added: number) => number[] {
  const positions = new Map(side.map((identity, i) => [identity, i]))
  return (added) => {
    const at = positions.get(added)!
    let [first, last] = [at, at]
    while (first >= 0 && side[first]! >= baseSize) first--
    while (last < side.length && side[last]! >= baseSize) last++
    const gone: number[] = []
    for (let place = (side[first] ?? -1) + 1; place < (side[last] ?? baseSize); place++) {
      if (!positions.has(place)) gone.push(place)
    }
    return gone
  }
}
