/** A comparison as people read it in a terminal. Pure. */
import type { Json } from '../kernel/json.ts'
import type { ComparedFile } from './compare.ts'
import type { ValueChange } from './value-changes.ts'

const LETTERS = { added: 'A', deleted: 'D', modified: 'M', renamed: 'R' } as const
const MAX_VALUE_LENGTH = 120

/** A line for the file, and one for each of its values that differ. */
export function comparedFileText({ file, values }: ComparedFile): string {
  const { path, change, previousPath } = file
  const head = `${LETTERS[change]}  ${previousPath === undefined ? path : `${previousPath} -> ${path}`}\n`
  if (values.kind === 'none') return head
  if (values.kind === 'unreadable') return `${head}     (${values.reason})\n`
  if (change === 'added' || change === 'deleted') return head
  const lines = values.changes.map((each) => `     ${valueText(each)}\n`)
  if (values.omitted > 0) lines.push(`     and ${values.omitted} more\n`)
  return head + (lines.join('') || '     (layout and comments only)\n')
}

function valueText(change: ValueChange): string {
  const pointer = change.pointer === '' ? '(the whole file)' : change.pointer
  if (change.change === 'added') return `+ ${pointer}: ${brief(change.to)}`
  if (change.change === 'removed') return `- ${pointer}: ${brief(change.from)}`
  return `~ ${pointer}: ${brief(change.from)} -> ${brief(change.to)}`
}

function brief(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}...` : text
}
