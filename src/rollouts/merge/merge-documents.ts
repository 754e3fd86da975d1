/**
 * YAML files of several documents: each is merged by itself, where it is plain which ones belong together. Pure.
 * Invariant: a document is merged only with the ones at its place that are like it; documents may be added at the end
 * by one side; whatever else happened to the sequence is left to the merge by lines.
 */

import { isSameButForSpace } from './lines/layouts.ts'
import { mergeStructure, type Reader, type StructureInput, type StructureMerge } from './merge-structure.ts'
import { once } from './once.ts'
import type { Conflict } from './result.ts'
import { sameValue } from './values/same-value.ts'

export function mergeDocuments(input: StructureInput): StructureMerge {
  const [base, ours, theirs] = [input.base, input.ours, input.theirs].map(splitDocuments) as [
    string[],
    string[],
    string[],
  ]
  if (base.length === 1 && ours.length === 1 && theirs.length === 1) return mergeStructure(input)
  const added = addedAtEnd(input.reader, base, ours, theirs)
  if (added === undefined) return { outcome: 'unread' }
  const native = once(() => splitDocuments(input.native() ?? ''))
  const texts: string[] = []
  const conflicts: Conflict[] = []
  for (let i = 0; i < base.length; i++) {
    const versions = { base: base[i]!, ours: ours[i]!, theirs: theirs[i]! }
    const merged = mergeDocument({ ...input, ...versions, native: () => native()[i] })
    if (merged.outcome === 'unread') return merged
    texts.push(merged.outcome === 'native' ? native()[i]! : merged.text)
    if (merged.outcome === 'conflict') {
      for (const conflict of merged.conflicts) conflicts.push({ ...conflict, pointer: `/${i}${conflict.pointer}` })
    }
  }
  const text = [...texts, ...added].join('')
  if (conflicts.length > 0) return { outcome: 'conflict', text, conflicts }
  return text === input.native() ? { outcome: 'native' } : { outcome: 'clean', text }
}

function mergeDocument(input: StructureInput): StructureMerge {
  const { base, ours, theirs } = input
  if (ours === theirs || theirs === base) return { outcome: 'clean', text: ours }
  if (ours === base) return { outcome: 'clean', text: theirs }
  return isLike(base, ours) && isLike(base, theirs) ? mergeStructure(input) : { outcome: 'unread' }
}

/** A marker at the start of a line begins a document wherever it stands, even within a scalar (YAML 1.2, 9.1.2). */
const DOCUMENT_START = /^(?=---(?:\s|$))/m

/** The documents, each but perhaps the first with its `---`; nothing stands before one at the very start. */
const splitDocuments = (text: string): string[] => (text.includes('\n---') ? text.split(DOCUMENT_START) : [text])

/**
 * What was added behind the base's documents, if each side has all of those and one of them added nothing else than the
 * other, whatever the layout.
 */
function addedAtEnd(reader: Reader, base: string[], ours: string[], theirs: string[]): string[] | undefined {
  if (ours.length < base.length || theirs.length < base.length) return undefined
  const [mine, other] = [ours.slice(base.length), theirs.slice(base.length)]
  if (mine.length === 0 || other.length === 0) return [...mine, ...other]
  const isSame = mine.length === other.length && mine.every((text, i) => holdsSame(reader, text, other[i]!))
  return isSame ? mine : undefined
}

function holdsSame(reader: Reader, one: string, other: string): boolean {
  if (one === other) return true
  if (!isSameButForSpace(one, other)) return false
  const tree = reader(one)
  return tree !== undefined && sameValue(tree.root, reader(other, tree)?.root)
}

/** Whether at least half of the lines of `base` stand in `text` too. */
function isLike(base: string, text: string): boolean {
  const lines = new Set(base.split('\n'))
  const have = new Set(text.split('\n'))
  const kept = [...lines].filter((line) => have.has(line)).length
  return kept * 2 >= lines.size
}
