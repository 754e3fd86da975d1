/**
 * A tenant's file to a `Document`, or everything that is wrong with it. Hostile input: never throws, and what it costs
 * is bounded by the limits before anything recursive or slow runs.
 */
import { type Json, pointerTokens, valueAt } from '../kernel/json.ts'
import { CONFLICT_ADVICE, conflictIn } from './conflict-markers.ts'
import {
  DOCUMENT_LIMITS,
  type Document,
  type DocumentLimits,
  type Finding,
  type Parsed,
  type Position,
} from './document.ts'
import { findingLog, quoted } from './finding.ts'
import { readJson } from './json/read-json.ts'
import { lineIndex } from './lines.ts'
import type { Reader } from './reader.ts'
import { decodeText } from './source-text.ts'
import { offsetAt, type TreeNode } from './tree.ts'
import { readYaml } from './yaml/read-yaml.ts'

const READERS: Readonly<Record<string, Reader>> = { json: readJson, yaml: readYaml, yml: readYaml }

/** The format's reader for `file`, by its extension in any case. */
function readerFor(file: string): Reader | undefined {
  const extension = /\.([^./]+)$/.exec(file)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(READERS, extension) ? READERS[extension] : undefined
}

/** Reads `bytes` as the format that the extension of `file` names (.json, .yaml, .yml). */
export function parseDocument(file: string, bytes: Uint8Array, limits: DocumentLimits = DOCUMENT_LIMITS): Parsed {
  const read = readerFor(file)
  if (!read) {
    const detail = `${quoted(file)} has no extension that this product reads; name it .json, .yaml or .yml.`
    return { kind: 'rejected', findings: [{ line: 1, column: 1, pointer: '', code: 'unknown-format', detail }] }
  }
  const source = decodeText(bytes, limits)
  if (source.kind === 'rejected') return source

  const { text } = source
  const positionOf = lineIndex(text)
  const log = findingLog(positionOf)
  const tree = read({ text, limits, log, positionOf })
  const findings = log.all()
  if (!tree || findings.length > 0) {
    const conflict = conflictIn(text)
    // What a parser makes of its markers helps nobody.
    const told = conflict === undefined ? findings : [conflictAt(positionOf(conflict))]
    return { kind: 'rejected', findings: told }
  }
  return {
    kind: 'document',
    // Valid files, nearly all, are never asked for a place: the tree is dropped here and read again on the first question.
    document: locatable({ value: tree.value, text, positionOf }, () =>
      read({ text, limits, log: findingLog(positionOf), positionOf }),
    ),
  }
}

const conflictAt = (position: Position): Finding => ({
  ...position,
  pointer: '',
  code: 'conflict-markers',
  detail: CONFLICT_ADVICE,
})

type Source = { value: Json; text: string; positionOf: (offset: number) => Position }

function locatable({ value, text, positionOf }: Source, reread: () => TreeNode | undefined): Document {
  let tree: TreeNode | undefined
  return {
    value,
    text,
    locate(pointer, part = 'value', within = 0) {
      tree ??= reread()
      if (!tree) return { line: 1, column: 1 }
      const offset = offsetAt(tree, pointer, part)
      const scalar = part === 'value' && within > 0 ? valueAt(value, pointerTokens(pointer)) : undefined
      return positionOf(offset + (typeof scalar === 'string' ? lettersBefore(text, offset, scalar, within) : 0))
    },
  }
}

/** From where `scalar` is written at `offset` to its letter `within`, quotes counted; 0 where it is written otherwise. */
function lettersBefore(text: string, offset: number, scalar: string, within: number): number {
  const quote = /["']/.test(text[offset] ?? '') ? 1 : 0
  return !scalar.includes('\n') && text.startsWith(scalar, offset + quote) ? quote + within : 0
}
