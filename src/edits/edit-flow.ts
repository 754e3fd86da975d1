/**
 * Edits a collection between brackets, of JSON or of YAML's flow style: what is kept stays where it stands, with its
 * comments and commas; what is new is laid out as its neighbours are.
 */
import type { Json } from '../kernel/json.ts'
import type { Entry, TreeNode } from '../rollouts/merge/tree.ts'
import type { Part } from './parts.ts'
import type { Piece } from './source.ts'
import { indentBefore, type Style } from './style.ts'
import { Unwritable } from './unwritable.ts'
import { type Dialect, writeOnLine, writeOverLines } from './write-flow.ts'

export type FlowTools = {
  style: Style
  dialect: Dialect
  /** A value within a kept entry, edited; undefined where it has to be written anew. */
  editWithin(entry: Entry, old: Json, next: Json): Piece[] | undefined
}

type Written = Exclude<Part, { kind: 'removed' }>

export function editFlow(node: TreeNode, parts: readonly Part[], tools: FlowTools): Piece[] {
  const { kind, text, start, end, entries } = node
  const written = parts.filter((part): part is Written => part.kind !== 'removed')
  if (written.length === 0) return [kind === 'map' ? '{}' : '[]']
  const layout = layoutOf(node, tools.style)
  const spans = new Map(entries.map((entry, i) => [entry, spanOf(text, entry, entries[i + 1])]))
  const pieces: Piece[] = [{ from: start, to: start + 1 }]
  for (const [i, part] of written.entries()) {
    const isLast = i === written.length - 1
    const comma = isLast && !layout.lastComma ? '' : ','
    const usual = i === 0 ? layout.first : layout.other
    if (part.kind === 'added') {
      const indent = usual.includes('\n') ? usual.slice(usual.lastIndexOf('\n') + 1) : undefined
      pieces.push(usual, keyOf(part.key, tools), writeNew(part.value, node, indent, tools), comma)
      continue
    }
    const { entry } = part
    const span = spans.get(entry)!
    const staysFirst = (entry === entries[0]) === (i === 0)
    const hasComment = text.slice(entry.from, entry.start).trim() !== ''
    pieces.push(staysFirst || hasComment ? { from: entry.from, to: entry.start } : usual)
    pieces.push(...editEntry(entry, part, node, tools))
    if (span.comma !== undefined && comma === '') pieces.push({ from: span.comma + 1, to: span.end })
    else pieces.push(span.comma === undefined ? comma : '', { from: entry.end, to: span.end })
  }
  const last = entries.at(-1)
  pieces.push({ from: last === undefined ? start + 1 : spans.get(last)!.end, to: end })
  return pieces
}

/** Where an entry's text ends, its comma and the comment on its line included, and where that comma is. */
function spanOf(text: string, entry: Entry, following: Entry | undefined): { end: number; comma: number | undefined } {
  const after = /^\s*,/.exec(text.slice(entry.end))
  const comma = after === null ? undefined : entry.end + after[0].length - 1
  if (following !== undefined && comma === undefined) throw new Unwritable()
  return { end: following?.from ?? Math.max(entry.tail, comma === undefined ? entry.end : comma + 1), comma }
}

/** What stands before the first entry and before each other, and whether a comma follows the last. */
type Layout = { first: string; other: string; lastComma: boolean }

function layoutOf({ text, entries }: TreeNode, style: Style): Layout {
  const [first, ...others] = entries
  if (first === undefined) throw new Unwritable()
  const blank = (entry: Entry) => {
    const indent = indentBefore(entry)
    return indent === undefined ? /^\s*/.exec(entry.text.slice(entry.from, entry.start))![0] : `\n${indent}`
  }
  const last = entries.at(-1) ?? first
  const lead = blank(first)
  const other = others.map(blank).find((text) => text.includes('\n') === lead.includes('\n'))
  return {
    first: lead,
    other: other ?? (lead.includes('\n') ? lead : style.comma.slice(1)),
    lastComma: /^\s*,/.test(text.slice(last.end)),
  }
}

const keyOf = (key: string | null, { dialect }: FlowTools): string =>
  key === null ? '' : dialect.key(key) + dialect.colon

/** A value for a new entry of `node`: on one line where its neighbours of the same kind are. */
function writeNew(value: Json, node: TreeNode, indent: string | undefined, { style, dialect }: FlowTools): string {
  if (indent === undefined) return writeOnLine(value, style, dialect)
  const kind = Array.isArray(value) ? 'array' : 'map'
  const alike = node.entries.filter((entry) => entry.node.kind === kind && entry.node.entries.length > 0)
  const areOnLines =
    alike.length > 0 &&
    alike.every(({ text, valueStart, valueEnd }) => !text.slice(valueStart, valueEnd).includes('\n'))
  return areOnLines ? writeOnLine(value, style, dialect) : writeOverLines(value, indent, style, dialect)
}

function editEntry(entry: Entry, { old, next }: { old: Json; next: Json }, node: TreeNode, tools: FlowTools): Piece[] {
  const within = tools.editWithin(entry, old, next)
  if (within !== undefined) return within
  const { text, start, valueStart, valueEnd, end } = entry
  const head = text.slice(start, valueStart)
  const isWritten = valueEnd > valueStart
  const joint = isWritten || entry.key === null ? '' : head.trimEnd().endsWith(':') ? ' ' : ': '
  const like = text.slice(valueStart, valueEnd)
  const value =
    typeof next === 'object' && next !== null
      ? writeNew(next, node, indentBefore(entry), tools)
      : tools.dialect.scalar(next, typeof old === 'string' ? like : undefined)
  return [{ from: start, to: valueStart }, joint + value, { from: valueEnd, to: end }]
}
