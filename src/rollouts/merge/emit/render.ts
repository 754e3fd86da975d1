/**
 * Writes a plan as text, out of slices of the three texts. Where the plan has conflicts it writes what one side wants,
 * so that two renderings differ exactly where people disagree.
 * Invariant: makes no text of its own but indentation, commas and the brackets of an emptied collection.
 */
import { type Entry, type Side, sourceOf, type Tree, type TreeNode } from '../tree.ts'
import type { Part, Plan, Trio } from '../values/plan.ts'
import { NO_SHIFT, reindent, reindentLines } from './indent.ts'
import { forSides, frameOf, type Pick, type Shifts, SIDES, sharedEntries, sideOf, Unrenderable } from './layout.ts'
import { renderBlock } from './render-block.ts'
import { renderFlow } from './render-flow.ts'
import { chooseText, mergeTrivia } from './trivia.ts'

/** The whole text. */
export function renderDocument(trees: Record<Side, Tree>, plan: Plan, pick: Pick): string {
  if (plan.do === 'conflict') return trees[pick].text
  const head = mergeTrivia(forSides((side) => trees[side].text.slice(0, trees[side].root.start)))
  const foot = mergeTrivia(forSides((side) => trees[side].text.slice(trees[side].root.end)))
  const body = renderNode(
    plan,
    forSides(() => NO_SHIFT),
    pick,
  )
  return head + (body ?? emptied(trees[sideOf(plan, pick)].root)) + foot
}

/** The text of a node; undefined for a block collection that has lost all its entries. */
function renderNode(plan: Plan, shifts: Shifts, pick: Pick): string | undefined {
  const writeEntry = (part: Part, inner: Shifts) => renderEntry(part, inner, pick)
  if (plan.do === 'collection') {
    const frame = plan.nodes[frameOf(plan.nodes)]!
    const render = frame.style === 'block' ? renderBlock : renderFlow
    return render(plan, shifts, pick, writeEntry)
  }
  if (plan.do === 'lines') return renderLines(plan, shifts)
  const side = sideOf(plan, pick)
  const node = plan.do === 'drop' || plan.do === 'keep' ? undefined : plan.nodes[side]
  if (node === undefined) throw new Unrenderable()
  const startsLine = node.style === 'block' && !node.compact
  return (startsLine ? reindentLines : reindent)(sourceOf(node), shifts[side])
}

const emptied = (node: TreeNode): string => (node.kind === 'map' ? '{}' : '[]')

/** A block scalar out of merged lines. */
function renderLines({ lines, nodes }: Extract<Plan, { do: 'lines' }>, shifts: Shifts): string {
  const { from, to } = shifts.ours
  const indent = ' '.repeat(Math.max(nodes.ours!.column - from.length + to.length, 1))
  const [header, ...content] = lines
  return [header, ...content.map((line) => (line === '' ? '' : indent + line)), ''].join('\n')
}

/** The text of an entry, or of a run, from its key (or dash) to its end, the comment on its last line included. */
function renderEntry({ plan, entries }: Part, shifts: Shifts, pick: Pick): string {
  const shared = sharedEntries({ plan, entries })
  if (shared !== undefined) {
    const { first, last } = shared
    return reindent(first.text.slice(first.start, last.end), shifts.ours)
  }
  const side = sideOf(plan, pick)
  const entry = entries[side]!
  const cut = (of: Side, { text }: Entry, from: number, to: number) => reindent(text.slice(from, to), shifts[of])
  // What one side alone has touched needs no merging of the text around its value.
  const isWhole = plan.do === 'take' && entries[side === 'ours' ? 'theirs' : 'ours'] === entries.base
  if (isWhole || plan.do === 'conflict') return cut(side, entry, entry.start, entry.end)
  const value = renderNode(plan, shifts, pick)
  const fits = plan.do === 'collection' ? isLaidOutLike : isShapedLike
  const head = textAround(entries, side, fits, (of, one) => cut(of, one, one.start, one.valueStart))
  const tail = textAround(entries, side, fits, (of, one) => cut(of, one, one.valueEnd, one.end))
  if (value !== undefined) return head + value + tail
  if (head.includes('#')) throw new Unrenderable()
  return `${head.trimEnd()} ${emptied(entry.node)}\n${tail}`
}

/** The text beside a value: from the side the value is from, unless only the other changed it and it would fit. */
function textAround(
  entries: Trio<Entry>,
  side: Side,
  fits: (one: TreeNode, other: TreeNode) => boolean,
  cut: (of: Side, entry: Entry) => string,
): string {
  const own = entries[side]!
  const texts: Trio<string> = { base: undefined, ours: undefined, theirs: undefined }
  for (const of of SIDES) {
    const entry = entries[of]
    if (entry !== undefined && fits(entry.node, own.node)) texts[of] = cut(of, entry)
  }
  if (texts.base === undefined) return texts[side]!
  return chooseText(texts, side === 'theirs' ? 'theirs' : 'ours')
}

const isLaidOutLike = (one: TreeNode, other: TreeNode): boolean =>
  one.kind === other.kind && one.style === other.style && one.compact === other.compact

const isShapedLike = (one: TreeNode, other: TreeNode): boolean =>
  isLaidOutLike(one, other) &&
  (one.start === one.end) === (other.start === other.end) &&
  one.properties === other.properties &&
  (one.lines === undefined) === (other.lines === undefined)
