/**
 * A tenant's file to a `Document`, or everything that is wrong with it. Hostile input: never throws, and what it costs
 * is bounded by the limits before anything recursive or slow runs.
 */
import type { Json } from '../kernel/json.ts'
import { DOCUMENT_LIMITS, type DocumentLimits, type Parsed, type Position } from './document.ts'
import { findingLog, quoted } from './finding.ts'
import { readJson } from './json.ts'
import { lineIndex } from './lines.ts'
import type { Reader } from './reader.ts'
import { decodeText } from './source-text.ts'
import { offsetAt, type TreeNode } from './tree.ts'
import { readYaml } from './yaml.ts'

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
  if (!tree || findings.length > 0) return { kind: 'rejected', findings }
  return {
    kind: 'document',
    // Valid files, nearly all, are never asked for a place: the tree is dropped here and read again on the first question.
    document: locatable(tree.value, positionOf, () => read({ text, limits, log: findingLog(positionOf), positionOf })),
  }
}

function locatable(value: Json, positionOf: (offset: number) => Position, reread: () => TreeNode | undefined) {
  let tree: TreeNode | undefined
  return {
    value,
    locate(pointer: string, part: 'value' | 'key' = 'value'): Position {
      tree ??= reread()
      return tree ? positionOf(offsetAt(tree, pointer, part)) : { line: 1, column: 1 }
    },
  }
}
