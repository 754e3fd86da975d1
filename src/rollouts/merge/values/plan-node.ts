/** Decides a node, on the values of the three sides alone. */
import { childPointer } from '../../../kernel/json.ts'
import { mergeLines } from '../lines/merge-lines.ts'
import type { ConflictKind } from '../result.ts'
import { type Entry, type Side, sourceOf, type TreeNode } from '../tree.ts'
import { conflict, DROP, kept, mergeProperties, type Part, type Plan, type PlanPart, type Trio } from './plan.ts'
import { planArray } from './plan-array.ts'
import { planMap } from './plan-map.ts'
import type { Owner, Policies } from './policies.ts'
import { sameValue } from './same-value.ts'

/** `above`: who owns what the node is in. */
export function planNode(policies: Policies, nodes: Trio<TreeNode>, pointer: string, above: Owner = 'both'): Plan {
  const { base, ours, theirs } = nodes
  const owner = policies.hasOwners ? (policies.owner(pointer) ?? above) : 'both'
  if (owner !== 'both') return planOwned(policies, nodes, pointer, owner)
  if (ours === undefined || theirs === undefined) return planAbsent(nodes, pointer)
  // What has an owner may stand anywhere inside.
  const settled = policies.hasOwners && canMergeInside(nodes) ? undefined : planByText(nodes)
  if (settled !== undefined) return settled
  if (canMergeInside(nodes)) return planInside(policies, nodes, pointer, 'both')
  if (sameValue(ours, theirs) || sameValue(theirs, base)) return { do: 'take', side: 'ours', nodes }
  if (sameValue(ours, base)) return { do: 'take', side: 'theirs', nodes }
  return planLines(nodes) ?? conflict(nodes, pointer, kindOf(nodes))
}

/** Its owner's version, but for what is said of places inside. */
function planOwned(policies: Policies, nodes: Trio<TreeNode>, pointer: string, owner: 'ours' | 'theirs'): Plan {
  const whole: Plan = nodes[owner] === undefined ? DROP : { do: 'take', side: owner, nodes }
  if (!policies.ownsBelow(pointer) || !canMergeInside(nodes)) return whole
  const inside = planInside(policies, nodes, pointer, owner)
  return inside.do === 'conflict' ? whole : inside
}

function planInside(policies: Policies, nodes: Trio<TreeNode>, pointer: string, owner: Owner): Plan {
  const part: PlanPart = (entries, above, token) => planPart(policies, entries, above, token, owner)
  return nodes.ours!.kind === 'map'
    ? planMap(nodes, pointer, part)
    : planArray(nodes, pointer, policies.array(pointer), part)
}

/** One side left the text alone, or both wrote the same; undefined where it takes more to decide. */
function planByText(nodes: Trio<TreeNode>): Plan | undefined {
  if (nodes.ours === undefined || nodes.theirs === undefined) return undefined
  if (sameText(nodes, 'ours', 'theirs') || sameText(nodes, 'theirs', 'base')) {
    return { do: 'take', side: 'ours', nodes }
  }
  return sameText(nodes, 'ours', 'base') ? { do: 'take', side: 'theirs', nodes } : undefined
}

/** One side at least does not have it. */
function planAbsent(nodes: Trio<TreeNode>, pointer: string): Plan {
  const { base, ours, theirs } = nodes
  const present = ours ?? theirs
  if (present === undefined) return DROP
  if (base === undefined) return { do: 'take', side: ours === undefined ? 'theirs' : 'ours', nodes }
  return sameValue(present, base) ? DROP : conflict(nodes, pointer, 'edit-delete')
}

/** Whether both sides have a collection that was one before, or was not there, written in one style. */
function canMergeInside({ base, ours, theirs }: Trio<TreeNode>): boolean {
  if (ours === undefined || theirs === undefined || ours.kind === 'scalar' || ours.kind !== theirs.kind) return false
  if (mergeProperties({ base, ours, theirs }) === undefined) return false
  if (ours.style !== theirs.style && ours.entries.length > 0 && theirs.entries.length > 0) return false
  return base === undefined || base.kind === ours.kind || (base.kind === 'scalar' && base.start === base.end)
}

/** Block scalars merge like files do, if their lines merge cleanly. */
function planLines(nodes: Trio<TreeNode>): Plan | undefined {
  const { base, ours, theirs } = nodes
  const [a, b, c] = [base?.lines, ours?.lines, theirs?.lines]
  if (a === undefined || b === undefined || c === undefined || ours?.properties !== theirs?.properties) return undefined
  const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')
  const merged = mergeLines(text(a), text(b), text(c), { ours: '', theirs: '' })
  if (merged.conflicts.length > 0) return undefined
  const lines = merged.text.split('\n').slice(0, -1)
  return { do: 'lines', lines, nodes }
}

function kindOf({ base, ours, theirs }: Trio<TreeNode>): ConflictKind {
  if (base === undefined) return ours?.kind === theirs?.kind ? 'add-add' : 'type'
  return ours?.kind === theirs?.kind && ours?.kind === base.kind ? 'edit-edit' : 'type'
}

/** The same value in the same words. */
function sameText(nodes: Trio<TreeNode>, one: Side, other: Side): boolean {
  const a = nodes[one]
  const b = nodes[other]
  if (a === b) return a !== undefined
  if (a === undefined || b === undefined || a.end - a.start !== b.end - b.start) return false
  return sourceOf(a) === sourceOf(b) && sameValue(a, b)
}

const childNodes = ({ base, ours, theirs }: Trio<Entry>): Trio<TreeNode> => ({
  base: base?.node,
  ours: ours?.node,
  theirs: theirs?.node,
})

function planPart(
  policies: Policies,
  entries: Trio<Entry>,
  pointer: string,
  token: string | number,
  owner: Owner,
): Part {
  if (entries.base !== undefined && entries.base === entries.ours && entries.base === entries.theirs) {
    return kept([entries.base])
  }
  const nodes = childNodes(entries)
  // Most members are settled here, where nobody needs their pointer.
  const settled = policies.hasOwners ? undefined : planByText(nodes)
  return { plan: settled ?? planNode(policies, nodes, childPointer(pointer, token), owner), entries }
}
