/**
 * Writes a plan as text, out of slices of the three texts. Where the plan has conflicts it writes what one side wants,
 * so that two renderings differ exactly where people disagree.
 * Invariant: makes no text of its own but indentation, commas and the brackets of an emptied collection.
 */
import type { Entry, Side, Tree, TreeNode } from '../tree.ts'
import type { Part, Plan, Trio } from '../values/plan.ts'
import { reindent, type Shift } from './indent.ts'
import { renderBlock } from './render-block.ts'
import { renderFlow } from './render-flow.ts'
import { chooseText, mergeTrivia } from './trivia.ts'

export type Pick = 'ours' | 'theirs'

export type Rendering = { readonly trees: Record<Side, Tree>; readonly pick: Pick }

/** How far each side's lines move, from their own depth to that of the result. */
export type Shifts = Record<Side, Shift>

export type Collection = Extract<Plan, { do: 'collection' }>

/** The layouts of the sides cannot be joined by slices; the caller has other ways. */
export class Unrenderable extends Error {}

/** The whole text. */
export function renderDocument(rendering: Rendering, plan: Plan): string {
  const { trees, pick } = rendering
  const side = sideOf(rendering, plan)
  if (plan.do === 'conflict') return trees[pick].text
  const around = (cut: (tree: Tree) => string) => ({
    base: cut(trees.base),
    ours: cut(trees.ours),
    theirs: cut(trees.theirs),
  })
  const head = mergeTrivia(around(({ text, root }) => text.slice(0, root.start)))
  const foot = mergeTrivia(around(({ text, root }) => text.slice(root.end)))
  const still = { from: '', to: '' }
  const body = renderNode(rendering, plan, { base: still, ours: still, theirs: still })
  return head + (body ?? emptied(trees[side].root)) + foot
}

/** The text of a node; undefined for a block collection that has lost all its entries. */
export function renderNode(rendering: Rendering, plan: Plan, shifts: Shifts): string | undefined {
  if (plan.do === 'collection') {
    const frame = plan.nodes[frameOf(plan.nodes)]!
    return frame.style === 'block' ? renderBlock(rendering, plan, shifts) : renderFlow(rendering, plan, shifts)
  }
  if (plan.do === 'lines') return renderLines(plan, shifts)
  const side = sideOf(rendering, plan)
  const node = plan.do === 'drop' ? undefined : plan.nodes[side]
  if (node === undefined) throw new Unrenderable()
  return reindent(rendering.trees[side].text.slice(node.start, node.end), shifts[side])
}

/** The side whose layout a part of the result follows. */
export function sideOf({ pick }: Rendering, plan: Plan): Side {
  if (plan.do === 'take') return plan.side
  if (plan.do === 'conflict' || plan.do === 'drop') return pick
  return frameOf(plan.nodes)
}

/** Ours, unless it has nothing to go by or theirs alone has changed the layout. */
export function frameOf({ base, ours, theirs }: Trio<TreeNode>): Pick {
  if (ours === undefined || theirs === undefined) return ours === undefined ? 'theirs' : 'ours'
  if (ours.entries.length === 0 && theirs.entries.length > 0) return 'theirs'
  const oursKept = ours.column === base?.column && ours.style === base.style
  return oursKept && theirs.entries.length > 0 && theirs.column !== base.column ? 'theirs' : 'ours'
}

export const emptied = (node: TreeNode): string => (node.kind === 'map' ? '{}' : '[]')

/** A block scalar out of merged lines. */
function renderLines({ lines, nodes }: Extract<Plan, { do: 'lines' }>, shifts: Shifts): string {
  const { from, to } = shifts.ours
  const indent = ' '.repeat(Math.max(nodes.ours!.column - from.length + to.length, 1))
  const [header, ...content] = lines
  return [header, ...content.map((line) => (line === '' ? '' : indent + line)), ''].join('\n')
}

/** Whether a part has text in this rendering. */
export function isPresent({ pick }: Rendering, { plan, entries }: Part): boolean {
  return plan.do !== 'drop' && (plan.do !== 'conflict' || entries[pick] !== undefined)
}

/** The text of an entry from its key (or dash) to its end, the comment on its last line included. */
export function renderEntry(rendering: Rendering, { plan, entries }: Part, shifts: Shifts): string {
  const side = sideOf(rendering, plan)
  const entry = entries[side]!
  const text = (of: Side, from: number, to: number) => reindent(rendering.trees[of].text.slice(from, to), shifts[of])
  if (plan.do === 'conflict') return text(side, entry.start, entry.end)
  const value = renderNode(rendering, plan, shifts)
  const head = mergeAround(entries, side, (of, { start, node }) => text(of, start, node.start))
  const tail = mergeAround(entries, side, (of, { node, end }) => text(of, node.end, end))
  if (value !== undefined) return head + value + tail
  if (head.includes('#')) throw new Unrenderable()
  return `${head.trimEnd()} ${emptied(entry.node)}${entry.node.style === 'block' ? '\n' : ''}${tail}`
}

/** The text beside a value: from the side the value is from, unless only the other changed it and it would fit. */
function mergeAround(entries: Trio<Entry>, side: Side, cut: (of: Side, entry: Entry) => string): string {
  const own = entries[side]!
  const texts: Trio<string> = { base: undefined, ours: undefined, theirs: undefined }
  for (const of of ['base', 'ours', 'theirs'] as const) {
    const entry = entries[of]
    if (entry !== undefined && isShapedLike(entry.node, own.node)) texts[of] = cut(of, entry)
  }
  if (texts.base === undefined) return texts[side]!
  return chooseText(texts, side === 'theirs' ? 'theirs' : 'ours')
}

const isShapedLike = (one: TreeNode, other: TreeNode): boolean =>
  one.kind === other.kind &&
  one.style === other.style &&
  one.compact === other.compact &&
  (one.start === one.end) === (other.start === other.end) &&
  one.properties === other.properties &&
  (one.lines === undefined) === (other.lines === undefined)
