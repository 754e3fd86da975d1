/** Writes a collection in YAML's indented style: whole lines, each entry with the comments above it. */
import type { Entry, Side } from '../tree.ts'
import { orphanComments } from '../values/orphan-comments.ts'
import type { Part } from '../values/plan.ts'
import { CommentsOnce } from './comments-once.ts'
import { reindentLines } from './indent.ts'
import {
  besideEntry,
  type Collection,
  forSides,
  frameOf,
  isPresent,
  type Pick,
  type Shifts,
  Unrenderable,
  type WriteEntry,
} from './layout.ts'
import { mergeTrivia } from './trivia.ts'

/** Undefined where nothing is left. */
export function renderBlock(plan: Collection, outer: Shifts, pick: Pick, writeEntry: WriteEntry): string | undefined {
  const side = frameOf(plan.nodes)
  const frame = plan.nodes[side]!
  const { from, to } = outer[side]
  const indent = ' '.repeat(Math.max(frame.column - from.length + to.length, 0))
  const shifts = forSides((of) => ({ from: ' '.repeat(plan.nodes[of]?.column ?? 0), to: indent }))
  const out: string[] = []
  const comments = new CommentsOnce(plan.nodes)
  let orphans = ''
  for (const part of plan.parts) {
    if (part.plan.do === 'drop') orphans += orphanComments(part.entries)
    if (!isPresent(part, pick)) continue
    const lead = comments.filter(orphans + leadOf(part, shifts, pick))
    const inline = out.length === 0 && frame.compact
    if (inline && lead !== '') throw new Unrenderable()
    out.push(inline ? '' : lead + indent, writeEntry(part, shifts), comments.filter(commentsBelow(part, shifts, pick)))
    orphans = ''
  }
  if (out.length === 0) {
    if (orphans !== '') throw new Unrenderable()
    return undefined
  }
  out.push(comments.filter(orphans + footOf(plan, shifts)))
  return out.join('')
}

/** The lines of comments and blank space above an entry. */
const leadOf = (part: Part, shifts: Shifts, pick: Pick): string =>
  besideEntry(part, pick, ({ text, from, start }, side) => {
    const lead = text.slice(from, start)
    return reindentLines(lead.slice(0, lead.lastIndexOf('\n') + 1), shifts[side])
  })

/** The comments right below an entry that are its own. */
function commentsBelow(part: Part, shifts: Shifts, pick: Pick): string {
  const cut = ({ text, end, tail }: Entry, side: Side) => reindentLines(text.slice(end, tail), shifts[side])
  return part.plan.do === 'keep' ? cut(part.plan.run.at(-1)!, 'ours') : besideEntry(part, pick, cut)
}

/** The comments below the last entry that belong to the collection. */
function footOf({ nodes }: Collection, shifts: Shifts): string {
  return mergeTrivia(
    forSides((of) => {
      const node = nodes[of]
      if (node === undefined || node.style !== 'block') return node && ''
      return reindentLines(node.text.slice(node.entriesEnd, node.end), shifts[of])
    }),
  )
}
