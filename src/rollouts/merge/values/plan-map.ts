/** Maps, member by member: each key of either side is decided for itself. */
import { once } from '../once.ts'
import { writtenKey } from '../repeated-keys.ts'
import type { Entry, Side, TreeNode } from '../tree.ts'
import { arrangement } from './arrangement.ts'
import { mergeOrder } from './order.ts'
import { isKept } from './orphan-comments.ts'
import { joinKept, kept, mergeProperties, type Part, type Plan, type PlanPart, type Trio } from './plan.ts'

export function planMap(nodes: Trio<TreeNode>, pointer: string, planPart: PlanPart): Plan {
  const base = nodes.base?.kind === 'map' ? nodes.base.entries : []
  const ours = nodes.ours!.entries
  const theirs = nodes.theirs!.entries
  const { head, tail } = unchangedEnds(base, ours, theirs)
  const middle = planMembers(base, ours, theirs, head, tail, pointer, planPart)
  const ends = [base.slice(0, head), base.slice(base.length - tail)].map((run) => (run.length > 0 ? [kept(run)] : []))
  const parts = joinKept([...ends[0]!, ...middle, ...ends[1]!])
  return { do: 'collection', kind: 'map', properties: mergeProperties(nodes) ?? '', parts, nodes }
}

type Entries = readonly Entry[]

/** The members between the first `head` and the last `tail` ones of each side. */
function planMembers(
  base: Entries,
  ours: Entries,
  theirs: Entries,
  head: number,
  tail: number,
  pointer: string,
  planPart: PlanPart,
): Part[] {
  const members = new Map<string, Trio<Entry>>()
  const identities = new Map<string, number>()
  const noteAll = (entries: Entries, side: Side) => {
    const found: number[] = []
    for (let i = head; i < entries.length - tail; i++) found.push(note(members, identities, entries[i]!, side))
    return found
  }
  const baseSize = noteAll(base, 'base').length
  const oursIds = noteAll(ours, 'ours')
  const theirsIds = noteAll(theirs, 'theirs')
  const parts: Part[] = []
  for (const [key, entries] of members) parts.push(planPart(entries, pointer, writtenKey(key)))
  const keysOf = (entries: Entries) => entries.map(({ key }) => key ?? '')
  const { sequence } = mergeOrder(
    { kind: 'map', baseSize, ours: oursIds, theirs: theirsIds },
    (identity) => isKept(parts[identity]!),
    once(() => arrangement('map', [...members.keys()], [keysOf(ours), keysOf(theirs)])),
  )
  return sequence.map((identity) => parts[identity]!)
}

/**
 * How many entries all three begin with and end with. One of each is left to the middle, to which it is the neighbour.
 */
function unchangedEnds(base: Entries, ours: Entries, theirs: Entries): { head: number; tail: number } {
  const most = Math.min(base.length, ours.length, theirs.length)
  let head = 0
  while (head < most && base[head] === ours[head] && base[head] === theirs[head]) head++
  let tail = 0
  while (tail < most - head && isUnchangedAt(-1 - tail, base, ours, theirs)) tail++
  return { head: Math.max(head - 1, 0), tail: Math.max(tail - 1, 0) }
}

const isUnchangedAt = (place: number, base: Entries, ours: Entries, theirs: Entries): boolean =>
  base.at(place) === ours.at(place) && base.at(place) === theirs.at(place)

function note(members: Map<string, Trio<Entry>>, identities: Map<string, number>, entry: Entry, side: Side): number {
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
