/**
 * Writes a collection between brackets, of JSON or of YAML's flow style, in the layout of one side: on one line or one
 * entry a line, with or without a comma at the end.
 */
import type { Entry, Side, TreeNode } from '../tree.ts'
import type { Part } from '../values/plan.ts'
import { lastIndent, reindent } from './indent.ts'
import {
  type Collection,
  frameOf,
  isPresent,
  type Rendering,
  renderEntry,
  type Shifts,
  sideOf,
  Unrenderable,
} from './render.ts'
import { mergeTrivia } from './trivia.ts'

/** What stands before the first entry, before each other, and before the closing bracket. */
type Layout = { first: string; other: string; close: string; lastComma: boolean }

export function renderFlow(rendering: Rendering, plan: Collection, outer: Shifts): string {
  const side = frameOf(plan.nodes)
  const frame = plan.nodes[side]!
  const text = rendering.trees[side].text
  const parts = plan.parts.filter((part) => isPresent(rendering, part))
  const [open, close] = frame.kind === 'map' ? ['{', '}'] : ['[', ']']
  if (parts.length === 0) return open + close
  const layout = layoutOf(text, frame, (part) => reindent(part, outer[side]))
  const shifts = innerShifts(rendering, plan, outer, layout)
  const out = parts.map((part, i) => {
    const isLast = i === parts.length - 1
    const comma = isLast && !layout.lastComma ? '' : ','
    const lead = leadOf(rendering, part, i === 0, side, layout, shifts)
    return lead + renderEntry(rendering, part, shifts) + comma + commentAfter(rendering, part)
  })
  return open + out.join('') + layout.close + close
}

function layoutOf(text: string, node: TreeNode, shift: (text: string) => string): Layout {
  const leads = node.entries.map((entry) => blank(shift(text.slice(entry.from, entry.start))))
  const first = leads[0] ?? ''
  const rest = text.slice(node.entries.at(-1)?.end ?? node.start + 1, node.end - 1)
  const lastComma = rest.trimStart().startsWith(',')
  const tail = (node.entries.at(-1)?.tail ?? 0) - (node.entries.at(-1)?.end ?? 0)
  const close = shift(tail > 0 ? rest.slice(tail) : rest.replace(/^\s*,/, ''))
  return { first, other: leads[1] ?? (first.includes('\n') ? first : ' '), close, lastComma }
}

/** The blank space of a lead: without comments, at most one line end. */
function blank(lead: string): string {
  const indent = lastIndent(lead)
  return indent === undefined ? lead : `\n${indent}`
}

function innerShifts({ trees }: Rendering, { nodes }: Collection, outer: Shifts, layout: Layout): Shifts {
  const to = lastIndent(layout.first)
  const shift = (of: Side) => {
    const first = nodes[of]?.entries[0]
    const from = first && lastIndent(trees[of].text.slice(first.from, first.start))
    return from === undefined || to === undefined ? outer[of] : { from, to }
  }
  return { base: shift('base'), ours: shift('ours'), theirs: shift('theirs') }
}

function leadOf(
  { trees, pick }: Rendering,
  { plan, entries }: Part,
  isFirst: boolean,
  frame: Side,
  layout: Layout,
  shifts: Shifts,
): string {
  const cut = (of: Side, entry: Entry | undefined) =>
    entry && reindent(trees[of].text.slice(entry.from, entry.start), shifts[of])
  const texts = {
    base: cut('base', entries.base),
    ours: cut('ours', entries.ours),
    theirs: cut('theirs', entries.theirs),
  }
  const side = sideOf({ trees, pick }, plan)
  const lead = plan.do === 'conflict' ? texts[side]! : mergeTrivia(texts)
  const usual = isFirst ? layout.first : layout.other
  if (lead.trim() !== '') {
    if (!lead.includes('\n') && usual.includes('\n')) throw new Unrenderable()
    return lead
  }
  const linesOf = (blankSpace: string) => blankSpace.split('\n').length
  const ofFrame = entries[frame] !== undefined && texts[frame] === lead
  // An entry keeps the blank lines above it and its own place in the line, unless it became the first or ceased to be.
  if (ofFrame && linesOf(lead) > 1 === linesOf(usual) > 1 && linesOf(lead) > 1) return lead
  return linesOf(lead) > linesOf(usual) && usual.includes('\n') && !isFirst
    ? `${'\n'.repeat(linesOf(lead) - linesOf(usual))}${usual}`
    : usual
}

/** The comment that follows an entry on its line. */
function commentAfter({ trees, pick }: Rendering, { plan, entries }: Part): string {
  const cut = (of: Side) => {
    const entry = entries[of]
    return entry && trees[of].text.slice(entry.end, entry.tail).replace(/^\s*,/, '')
  }
  if (plan.do === 'conflict') return cut(pick) ?? ''
  return mergeTrivia({ base: cut('base'), ours: cut('ours'), theirs: cut('theirs') })
}
