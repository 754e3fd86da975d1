/** Whether a file may hold one of some names, asked of its bytes before it is parsed. Pure. */
import { parseDocument } from '../../../documents/parse.ts'

const BACKSLASH = 0x5c

/**
 * False is sure, true may be a coincidence. Names are of letters, digits, `_`, `.` and `-`: in JSON and YAML such a text
 * stands letter by letter, unless it is written with escapes, and these begin with a backslash.
 */
export function mentionsAny(file: string, bytes: Buffer, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false
  for (const name of names) if (bytes.includes(name)) return true
  if (!bytes.includes(BACKSLASH)) return false
  const parsed = parseDocument(file, bytes)
  if (parsed.kind === 'rejected') return true
  // Such names are written without escapes here.
  const text = JSON.stringify(parsed.document.value)
  return [...names].some((name) => text.includes(name))
}
