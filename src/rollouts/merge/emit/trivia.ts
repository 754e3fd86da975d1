/** Three-way choice of the text between values: comments, blank lines, spaces. It never conflicts and loses no comment. */
import { mergeLines } from '../lines/merge-lines.ts'
import type { Trio } from '../values/plan.ts'

/** The changed version; where both changed it, the merge of their lines, or ours and the lines that theirs added. */
export function mergeTrivia({ base = '', ours, theirs }: Trio<string>): string {
  if (ours === undefined || theirs === undefined) return ours ?? theirs ?? base
  if (ours === theirs || theirs === base) return ours
  if (ours === base) return theirs
  const merged = mergeLines(base, ours, theirs, { ours: '', theirs: '' })
  if (merged.conflicts.length === 0) return merged.text
  const known = new Set([...ours.split('\n'), ...base.split('\n')].map((line) => line.trim()))
  const added = theirs.split('\n').filter((line) => !known.has(line.trim()))
  return added.length === 0 || !ours.endsWith('\n') ? ours : `${ours}${added.join('\n')}\n`
}

/** The changed version of a short text; `favoured` where both changed it. */
export function chooseText(texts: Trio<string>, favoured: 'ours' | 'theirs'): string {
  const { base, ours, theirs } = texts
  if (ours === undefined || theirs === undefined) return ours ?? theirs ?? base ?? ''
  if (ours === base) return theirs
  if (theirs === base) return ours
  return texts[favoured]!
}
