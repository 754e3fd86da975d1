/**
 * A merge of one file with its conflicts decided. Pure.
 * Invariant: what was decided is in the result, or the conflict stays: nothing is guessed from a text that does not fit.
 */
import { mergeFiles } from '../merge/merge-files.ts'
import type { MergeInput, MergeResult } from '../merge/result.ts'
import type { Choice, Conflict } from './plan.ts'
import { replaceAt } from './replace-value.ts'

const UNDECIDED: MergeResult = { status: 'conflict', method: 'lines', text: null, conflicts: [] }

/** Each disagreement over lines replaced by what was chosen for it. `choices` are in the order of `conflicts`. */
export function withLines(input: MergeInput, conflicts: readonly Conflict[], choices: readonly Choice[]): MergeResult {
  const label = labelFor(input)
  const marked = mergeFiles({ ...input, labels: { ours: label, theirs: label } })
  let { text } = marked
  for (const [i, { ours, theirs }] of conflicts.entries()) {
    if (text === null || ours === null || theirs === null) return UNDECIDED
    const at = blockIn(text, label, ours, theirs)
    if (!at) return UNDECIDED
    text = text.slice(0, at.start) + linesOf(choices[i]!, ours, theirs) + text.slice(at.end)
  }
  return { ...marked, status: 'clean', text, conflicts: [] }
}

const linesOf = (choice: Choice, ours: string, theirs: string): string =>
  choice.kind === 'value' ? choice.text : choice.kind === 'main' ? theirs : ours

/** A name for the markers that no line of the texts has. */
function labelFor({ base, ours, theirs }: MergeInput): string {
  let label = 'decided'
  while ([base, ours, theirs].some((text) => text.includes(label))) label += '-'
  return label
}

function blockIn(
  text: string,
  label: string,
  ours: string,
  theirs: string,
): { start: number; end: number } | undefined {
  for (const eol of ['\n', '\r\n']) {
    const closed = (lines: string): string => (lines === '' || lines.endsWith('\n') ? lines : lines + eol)
    const sides = `${closed(ours)}=======${eol}${closed(theirs)}`
    const block = `<<<<<<< ${label}${eol}${sides}>>>>>>> ${label}${eol}`
    const start = text.indexOf(block)
    if (start >= 0) return { start, end: start + block.length }
  }
  return undefined
}

/** Each disagreement over a value decided by the side that was chosen, or by the value that was given. */
export function withValues(input: MergeInput, { conflicts }: MergeResult, choices: readonly Choice[]): MergeResult {
  const owners = conflicts.map(({ pointer, ours }, i) => ({ pattern: pointer, owner: ownerFor(choices[i]!, ours) }))
  const { policies = {} } = input
  const merged = mergeFiles({ ...input, policies: { ...policies, owners: [...owners, ...(policies.owners ?? [])] } })
  let { text } = merged
  if (merged.status !== 'clean') return merged
  for (const [i, { pointer }] of conflicts.entries()) {
    const choice = choices[i]!
    if (choice.kind === 'value' && text !== null) text = replaceAt(input.path, text, pointer, choice.text) ?? null
  }
  return text === null ? UNDECIDED : { ...merged, text }
}

/** Where a value is given, the side that has something there holds its place. */
function ownerFor(choice: Choice, ours: string | null): 'ours' | 'theirs' {
  if (choice.kind === 'value') return ours === null ? 'theirs' : 'ours'
  return choice.kind === 'main' ? 'theirs' : 'ours'
}
