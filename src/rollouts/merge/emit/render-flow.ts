/**
 * Writes a collection between brackets, of JSON or of YAML's flow style, in the layout of one side: on one line or one
 * entry a line, with or without a comma at the end.
 */
import type { Entry, TreeNode } from '../tree.ts'
import type { Part } from '../values/plan.ts'
import { lastIndent, reindent } from './indent.ts'
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

/** What stands before the first entry, before each other, and before the closing bracket. */
type Layout = { first: string; other: string; close: string; lastComma: boolean }

export function renderFlow(plan: Collection, outer: Shifts, pick: Pick, writeEntry: WriteEntry): string {
  const side = frameOf(plan.nodes)
  const frame = plan.nodes[side]!
  const parts = plan.parts.filter((part) => isPresent(part, pick))
  const [open, close] = frame.kind === 'map' ? ['{', '}'] : ['[', ']']
  if (parts.length === 0) return open + close
  const layout = layoutOf(frame, (text) => reindent(text, outer[side]))
  const shifts = innerShifts(plan, outer, layout)
  const out = parts.map((part, i) => {
    const comma = i === parts.length - 1 && !layout.lastComma ? '' : ','
    const wasFirst = part.entries[side] && part.entries[side] === frame.entries[0]
    const stays = wasFirst === (i === 0)
    const lead = leadOf(part, i === 0 ? layout.first : layout.other, stays, shifts, pick)
    return lead + writeEntry(part, shifts) + comma + commentAfter(part, pick)
  })
  return open + out.join('') + layout.close + close
}

function layoutOf({ text, end, entries, entriesEnd }: TreeNode, shift: (text: string) => string): Layout {
  const [first = '', ...others] = entries.map((entry) => blank(shift(entry.text.slice(entry.from, entry.start))))
  const last = entries.at(-1)
  const lastComma = last !== undefined && COMMA.test(last.text.slice(last.end, last.tail))
  const other = mostFrequent(others) ?? (first.includes('\n') ? first : ' ')
  return { first, other, close: shift(text.slice(entriesEnd, end - 1)), lastComma }
}

/** The comma after an entry, and what may stand before it: blank space and comments. */
const COMMA = /^((?:\s|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/|(?:\/\/|#)[^\n]*\n)*),/

function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0]
}

/** The blank space of a lead: without comments, at most one line end. */
function blank(lead: string): string {
  const indent = lastIndent(lead)
  return indent === undefined ? lead : `\n${indent}`
}

function innerShifts({ nodes }: Collection, outer: Shifts, layout: Layout): Shifts {
  const to = lastIndent(layout.first)
  return forSides((of) => {
    const first = nodes[of]?.entries[0]
    const from = first && lastIndent(first.text.slice(first.from, first.start))
    return from === undefined || to === undefined ? outer[of] : { from, to }
  })
}

/** What stands before an entry: its own comments and blank space, unless they do not suit its new place (`usual`). */
function leadOf(part: Part, usual: string, stays: boolean, shifts: Shifts, pick: Pick): string {
  const lead = besideEntry(part, pick, ({ text, from, start }, side) => reindent(text.slice(from, start), shifts[side]))
  const lines = lead.split('\n').length
  const usualLines = usual.split('\n').length
  if (lead.trim() !== '') {
    if (lines === 1 && usualLines > 1) throw new Unrenderable()
    return lead
  }
  return stays || (lines > 2 && usualLines > 1) ? lead : usual
}

/** The comment that follows an entry, before its comma or after it. */
function commentAfter(part: Part, pick: Pick): string {
  const commentOf = ({ text, end, tail }: Entry) => {
    if (tail <= end + 1) return ''
    const comment = text.slice(end, tail).replace(COMMA, '$1')
    return comment.trim() === '' ? '' : comment
  }
  return part.plan.do === 'keep' ? commentOf(part.plan.run.at(-1)!) : besideEntry(part, pick, commentOf)
}
