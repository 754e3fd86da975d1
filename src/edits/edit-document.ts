/**
 * A JSON or YAML file with another value: as few of its bytes changed as it takes, so that a diff shows the edit and
 * comments, order, layout, line ends and byte order mark stay.
 * Invariant: a text that leaves here was read again, and holds exactly the value that was wanted.
 */
import { isDeepStrictEqual } from 'node:util'
import { DOCUMENT_LIMITS, type Finding } from '../documents/document.ts'
import { parseDocument } from '../documents/parse.ts'
import { type Refusal, tooDeep, tooManyNodes } from '../documents/plain-data.ts'
import type { Json } from '../kernel/json.ts'
import { readJson } from '../rollouts/merge/json/read-json.ts'
import type { Entry, Tree, TreeNode } from '../rollouts/merge/tree.ts'
import { readYaml } from '../rollouts/merge/yaml/read-yaml.ts'
import { editBlock } from './edit-block.ts'
import { editFlow } from './edit-flow.ts'
import { partsOf } from './parts.ts'
import { openSource, type Piece } from './source.ts'
import { type Style, styleOf } from './style.ts'
import { Unwritable } from './unwritable.ts'
import { type Dialect, isScalar, jsonDialect, writeOnLine, writeOverLines } from './write-flow.ts'
import { writeDocument, yamlDialect } from './write-yaml.ts'

export type Edited =
  | { kind: 'edited'; bytes: Uint8Array }
  /** The file as it stands cannot be read. */
  | { kind: 'unreadable'; findings: readonly Finding[] }
  /** The file as it would be cannot be read: the value itself is one that no file may have. */
  | { kind: 'refused'; findings: readonly Finding[] }
  /** The file is written in a way that cannot be followed; writing it as a whole is what is left. */
  | { kind: 'unwritable' }

/** Formats that are edited, by the extension of the file. */
export const isEditable = (path: string): boolean => /\.(?:json|ya?ml)$/i.test(path)

/** @param change gives the value that the file is to hold; what it throws is passed on */
export function editDocument(path: string, bytes: Uint8Array, change: (value: Json) => Json): Edited {
  const parsed = parseDocument(path, bytes)
  if (parsed.kind === 'rejected') return { kind: 'unreadable', findings: parsed.findings }
  const { value } = parsed.document
  const next = change(value)
  if (isDeepStrictEqual(value, next)) return { kind: 'edited', bytes }
  const excess = excessOf(next)
  if (excess) return { kind: 'refused', findings: [{ line: 1, column: 1, pointer: '', ...excess }] }
  const text = newText(path, Buffer.from(bytes).toString('utf8'), value, next)
  if (text === undefined) return { kind: 'unwritable' }
  const written = Buffer.from(text)
  const reread = parseDocument(path, written)
  if (reread.kind === 'rejected') return { kind: 'refused', findings: reread.findings }
  return isDeepStrictEqual(reread.document.value, next) ? { kind: 'edited', bytes: written } : { kind: 'unwritable' }
}

/** Why no file may hold a value so large or deep: told before anything is written of it. */
function excessOf(value: Json): Refusal | undefined {
  const { maxDepth, maxNodes } = DOCUMENT_LIMITS
  const pending: { value: Json; depth: number }[] = [{ value, depth: 1 }]
  let nodes = 0
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    nodes += 1
    if (nodes > maxNodes) return tooManyNodes(DOCUMENT_LIMITS)
    if (isScalar(at.value)) continue
    if (at.depth > maxDepth) return tooDeep(DOCUMENT_LIMITS)
    for (const inner of Object.values(at.value as object)) pending.push({ value: inner, depth: at.depth + 1 })
  }
  return undefined
}

/** Undefined where the layout is not one that is known here. */
function newText(path: string, text: string, old: Json, next: Json): string | undefined {
  const source = openSource(text)
  const isJson = /\.json$/i.test(path)
  const tree = (isJson ? readJson : readYaml)(source.content)
  if (tree === undefined) return undefined
  const style = styleOf(tree, { padding: isJson ? '' : ' ' })
  try {
    return source.join(editTree(tree, old, next, style, isJson ? jsonDialect(style) : yamlDialect(style)))
  } catch (error) {
    if (error instanceof Unwritable) return undefined
    throw error
  }
}

function editTree({ text, root }: Tree, old: Json, next: Json, style: Style, dialect: Dialect): Piece[] {
  /** A node's range with another value in it; undefined where nothing of it can be kept. */
  function editNode(node: TreeNode, from: Json, to: Json): Piece[] | undefined {
    if (isDeepStrictEqual(from, to)) return [{ from: node.start, to: node.end }]
    const parts = node.entries.length === 0 ? undefined : partsOf(node, from, to)
    if (parts === undefined) return undefined
    if (node.style === 'flow') return editFlow(node, parts, { style, dialect, editWithin })
    return editBlock(node, parts, { style, isDocument: node === root, editWithin })
  }

  function editWithin(entry: Entry, from: Json, to: Json): Piece[] | undefined {
    const { start, end, node } = entry
    const inner = editNode(node, from, to)
    return inner && [{ from: start, to: node.start }, ...inner, { from: node.end, to: end }]
  }

  const body = editNode(root, old, next) ?? writeAnew(root, next, style, dialect)
  return [{ from: 0, to: root.start }, ...body, { from: root.end, to: text.length }]
}

/** Another document in the place of one of which nothing is left but the comments at its top. */
function writeAnew(root: TreeNode, next: Json, style: Style, dialect: Dialect): Piece[] {
  if (dialect.mayBreak) return [writeOverLines(next, '', style, dialect)]
  const first = root.entries[0]
  if (root.style === 'block' && first !== undefined) {
    return [{ from: root.start, to: first.start }, `${writeDocument(next, style)}\n`]
  }
  if (root.kind !== 'scalar' && root.entries.length > 0) return [writeOnLine(next, style, dialect)]
  return [writeDocument(next, style), root.lines === undefined ? '' : '\n']
}
