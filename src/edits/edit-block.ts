/**
 * Edits a collection in YAML's indented style: whole lines, each entry with the comments above it. What is removed takes
 * the comment directly above it along; comments that a blank line parts from it, and those at the top of the file, stay.
 */
import type { Json } from '../kernel/json.ts'
import type { Entry, TreeNode } from '../rollouts/merge/tree.ts'
import { quotedToken } from '../rollouts/merge/yaml/read-scalar.ts'
import type { Part } from './parts.ts'
import type { Piece } from './source.ts'
import type { Style } from './style.ts'
import { writeAfter, writeEntry, writeFlowEntry } from './write-yaml.ts'

export type BlockTools = {
  style: Style
  /** The collection is the whole document, so that its first comment is the file's. */
  isDocument: boolean
  /** A value within a kept entry, edited; undefined where it has to be written anew. */
  editWithin(entry: Entry, old: Json, next: Json): Piece[] | undefined
}

/** The pieces of `node`; undefined where none of its entries is kept. */
export function editBlock(node: TreeNode, parts: readonly Part[], tools: BlockTools): Piece[] | undefined {
  if (!parts.some(({ kind }) => kind === 'kept')) return undefined
  const { text, column, compact, entries } = node
  const indent = ' '.repeat(column)
  const pieces: Piece[] = []
  /** Comments and blank lines above what was removed. */
  let left: { from: number; to: number }[] = []
  let isFirst = true
  const beginLine = (lead: { from: number; to: number }[]): void => {
    // The first entry of a compact collection stands in the line of its parent's dash.
    if (isFirst && compact) {
      const from = lead[0]?.from ?? 0
      const all = lead.map((range) => text.slice(range.from, range.to)).join('')
      const blank = all.length - all.trimStart().length
      if (all.trim() !== '' && lead.length === 1) pieces.push({ from: from + blank, to: lead[0]!.to })
      else if (all.trim() !== '') pieces.push(all.trimStart())
    } else pieces.push(...lead)
    left = []
    isFirst = false
  }
  for (const part of parts) {
    if (part.kind === 'removed') {
      const kept = remainingLead(part.entry, tools.isDocument && part.entry === entries[0])
      if (kept.to > kept.from) left.push(kept)
      continue
    }
    if (part.kind === 'added') {
      const inline = isFirst && compact
      beginLine(left)
      pieces.push((inline ? '' : indent) + writeNew(part, node, indent, tools.style))
      continue
    }
    const { entry } = part
    const lead = { from: entry.from, to: entry.start }
    const moved = compact && entry === entries[0] && !isFirst
    beginLine([...gapBefore(text, left, lead), lead])
    if (moved) pieces.push(indent)
    pieces.push(...(tools.editWithin(entry, part.old, part.next) ?? rewritten(entry, part, indent, tools.style)))
  }
  pieces.push(...left.filter(({ from, to }) => text.slice(from, to).includes('#')))
  pieces.push({ from: entries.at(-1)!.end, to: node.end })
  return pieces
}

/** A new entry: between brackets where its neighbours of the same kind are. */
function writeNew(
  { key, value }: { key: string | null; value: Json },
  node: TreeNode,
  indent: string,
  style: Style,
): string {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'object' && value !== null ? 'map' : 'scalar'
  const alike = node.entries.filter((entry) => entry.node.kind === kind && entry.node.entries.length > 0)
  const areFlow = alike.length > 0 && alike.every((entry) => entry.node.style === 'flow')
  return areFlow ? writeFlowEntry(key, value, style) : writeEntry(key, value, indent, style)
}

/** What of the lines above a removed entry stays. */
function remainingLead({ text, from, start }: Entry, isTop: boolean): { from: number; to: number } {
  const lines = text.slice(from, text.lastIndexOf('\n', start - 1) + 1)
  if (isTop) return { from, to: from + lines.length }
  const blank = /^[ \t]*\n/gm
  let to = from
  for (let found = blank.exec(lines); found !== null; found = blank.exec(lines))
    to = from + found.index + found[0].length
  return { from, to }
}

/** Of two blank lines that come to stand one above the other, one is enough. */
function gapBefore<T extends { from: number; to: number }>(text: string, left: T[], { from, to }: T): T[] {
  const startsBlank = /^[ \t]*\n/.test(text.slice(from, to))
  return startsBlank ? left.filter((range) => text.slice(range.from, range.to).trim() !== '') : left
}

/** An entry of which only the key and the comment are left. */
function rewritten(entry: Entry, { old, next }: { old: Json; next: Json }, indent: string, style: Style): Piece[] {
  const { text, start, valueStart, valueEnd, end, node } = entry
  const isItem = entry.key === null
  const head = isItem ? start + 1 : keyEnd(text, start)
  const like = typeof old === 'string' ? text.slice(valueStart, valueEnd) : undefined
  const written = writeAfter(next, indent, isItem, style, like)
  const isInline = node.style === 'flow' && node.lines === undefined
  if (isInline && written.indexOf('\n') === written.length - 1) {
    const joint: Piece = valueStart > head ? { from: head, to: valueStart } : ' '
    return [{ from: start, to: head }, joint, written.trim(), { from: valueEnd, to: end }]
  }
  const comment = commentOf(entry, head)
  const line = written.indexOf('\n')
  const isCompact = isItem && typeof next === 'object' && line < written.length - 1
  const body =
    comment === ''
      ? written
      : isCompact
        ? ` ${comment}\n${indent}  ${written.slice(1)}`
        : `${written.slice(0, line)} ${comment}${written.slice(line)}`
  return [{ from: start, to: head }, body]
}

/** The end of the key at `at`, its colon included. */
function keyEnd(text: string, at: number): number {
  const isQuoted = text[at] === '"' || text[at] === "'"
  const from = isQuoted ? quotedToken(text, at, -1).end : at
  return from + /:(?=\s|$)/.exec(text.slice(from))!.index + 1
}

/** The comment on the line of a key or dash, or of the value. */
function commentOf({ text, valueStart, valueEnd, end, node }: Entry, head: number): string {
  const before = text.slice(head, valueStart).trim()
  if (before.startsWith('#')) return before.split('\n', 1)[0]!
  if (node.lines !== undefined) return /\s(#.*)/.exec(text.slice(valueStart, text.indexOf('\n', valueStart)))?.[1] ?? ''
  const after = text.slice(valueEnd, end).trim()
  return after.startsWith('#') ? after : ''
}
