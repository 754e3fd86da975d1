/**
 * The structural merge of three texts: read, decide, write, read again. Pure.
 * Invariant: what is written is used only if it reads as what was decided.
 */
import { type Pick, Unrenderable } from './emit/layout.ts'
import { renderDocument } from './emit/render.ts'
import { type Labels, markDifferences, mergeLines } from './lines/merge-lines.ts'
import type { Conflict } from './result.ts'
import type { Side, Tree } from './tree.ts'
import { disagreements } from './values/conflicts.ts'
import { holds } from './values/expected.ts'
import type { Plan } from './values/plan.ts'
import { planNode } from './values/plan-node.ts'
import type { Policies } from './values/policies.ts'

export type Reader = (text: string, beside?: Tree) => Tree | undefined

export type StructureInput = {
  reader: Reader
  base: string
  ours: string
  theirs: string
  /** Git's merge, where it is clean; worked out when it is asked for. */
  native: () => string | undefined
  policies: Policies
  labels: Labels
}

export type StructureMerge =
  | { outcome: 'unread' }
  | { outcome: 'native' }
  | { outcome: 'clean'; text: string }
  | { outcome: 'conflict'; text: string; conflicts: Conflict[] }

export function mergeStructure(input: StructureInput): StructureMerge {
  const { reader, native, policies } = input
  const base = reader(input.base)
  const ours = base && reader(input.ours, base)
  const theirs = ours && reader(input.theirs, base)
  if (base === undefined || ours === undefined || theirs === undefined) return { outcome: 'unread' }
  const trees = { base, ours, theirs }
  const nodes = { base: base.root, ours: ours.root, theirs: theirs.root }
  const plan = planNode(policies, nodes, '')
  const found = disagreements(plan)
  if (found.every(({ soft }) => soft)) {
    const merged = native()
    const tree = merged === undefined ? undefined : reader(merged, ours)
    if (tree !== undefined && holds(plan, tree.root, found.length === 0 ? 'ours' : 'any-order')) {
      return { outcome: 'native' }
    }
  }
  const write = (pick: Pick) => {
    const text = render(trees, plan, pick)
    const written = text === undefined ? undefined : reader(text, trees[pick])
    return written !== undefined && holds(plan, written.root, pick) ? text : undefined
  }
  const asOurs = write('ours')
  if (found.length === 0 && asOurs !== undefined) return { outcome: 'clean', text: asOurs }
  const asTheirs = found.length === 0 ? undefined : write('theirs')
  if (found.length > 0 && asOurs !== undefined && asTheirs !== undefined && asOurs !== asTheirs) {
    const text = markDifferences(asOurs, asTheirs, input.labels)
    return { outcome: 'conflict', text, conflicts: found.map(({ conflict }) => conflict) }
  }
  return unwritten(
    input,
    found.map(({ conflict }) => conflict),
  )
}

/** The values merge (or conflict), but their texts cannot be joined: a conflict of lines. */
function unwritten(input: StructureInput, found: Conflict[]): StructureMerge {
  const { base, ours, theirs, labels } = input
  const lines = mergeLines(base, ours, theirs, labels)
  const text = lines.conflicts.length > 0 ? lines.text : markDifferences(ours, theirs, labels)
  const whole: Conflict = { pointer: '', kind: 'lines', base, ours, theirs }
  return { outcome: 'conflict', text, conflicts: found.length > 0 ? found : [whole] }
}

/** The text of the plan, or undefined where the layouts of the sides cannot be joined. */
function render(trees: Record<Side, Tree>, plan: Plan, pick: Pick): string | undefined {
  try {
    return renderDocument(trees, plan, pick)
  } catch (error) {
    if (error instanceof Unrenderable) return undefined
    throw error
  }
}
