/** Writes a collection in YAML's indented style: whole lines, each entry with the comments above it. */
import type { Side } from '../tree.ts'
import type { Part } from '../values/plan.ts'
import { reindentLines, type Shift } from './indent.ts'
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

const SIDES: readonly Side[] = ['base', 'ours', 'theirs']

/** Undefined where no entry is left. */
export function renderBlock(rendering: Rendering, plan: Collection, outer: Shifts): string | undefined {
  const parts = plan.parts.filter((part) => isPresent(rendering, part))
  if (parts.length === 0) return undefined
  const side = frameOf(plan.nodes)
  const frame = plan.nodes[side]!
  const { from, to } = outer[side]
  const indent = ' '.repeat(Math.max(frame.column - from.length + to.length, 0))
  const shifts = { base: NONE, ours: NONE, theirs: NONE }
  for (const of of SIDES) shifts[of] = { from: ' '.repeat(plan.nodes[of]?.column ?? 0), to: indent }
  const out: string[] = []
  parts.forEach((part, i) => {
    const lead = leadOf(rendering, part, shifts)
    const inline = i === 0 && frame.compact
    if (inline && lead !== '') throw new Unrenderable()
    out.push(inline ? '' : lead + indent, renderEntry(rendering, part, shifts))
  })
  out.push(footOf(rendering, plan, shifts))
  return out.join('')
}

const NONE: Shift = { from: '', to: '' }

/** The lines of comments and blank space above an entry. */
function leadOf(rendering: Rendering, part: Part, shifts: Shifts): string {
  const texts: Record<Side, string | undefined> = { base: undefined, ours: undefined, theirs: undefined }
  const side = sideOf(rendering, part.plan)
  for (const of of SIDES) {
    const entry = part.entries[of]
    if (entry === undefined) continue
    const lead = rendering.trees[of].text.slice(entry.from, entry.start)
    texts[of] = reindentLines(lead.slice(0, lead.lastIndexOf('\n') + 1), shifts[of])
  }
  if (part.plan.do === 'conflict') return texts[side]!
  return mergeTrivia(texts)
}

/** The comments below the last entry that belong to the collection. */
function footOf({ trees }: Rendering, { nodes }: Collection, shifts: Shifts): string {
  const foot = (of: Side) => {
    const node = nodes[of]
    if (node === undefined) return undefined
    if (node.style !== 'block') return ''
    return reindentLines(trees[of].text.slice(node.entries.at(-1)!.end, node.end), shifts[of])
  }
  return mergeTrivia({ base: foot('base'), ours: foot('ours'), theirs: foot('theirs') })
}
