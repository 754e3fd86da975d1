/**
 * The file `packed-refs`: `<id> <name>` a line, sorted by name as bytes; a first line that begins with `#` says what holds of
 * the file, and `^<id>` is what the tag in the line above peels to. Pure; texts are latin-1, so one character is one byte.
 * Ten thousand refs are searched as they stand, without being taken apart.
 * Source: gitrepository-layout(5); packed-backend.c in Git.
 */
import { type Oid, parseOid } from '../../kernel/ids.ts'

export type PackedRefs = {
  oidOf(name: string): Oid | undefined
  /** Whether the name is a folder of another one's. */
  hasBelow(name: string): boolean
  /** The text with these values, all of them commits. */
  with(values: ReadonlyMap<string, Oid>): string
}

const NEW_FILE = '# pack-refs with: peeled fully-peeled sorted \n'
const OID_LENGTH = 40
const NAME_AT = OID_LENGTH + 1

/** @param text of the file; `''` where there is none */
export function parsePackedRefs(text: string): PackedRefs {
  const sorted = sortedText(text)
  const first = sorted.startsWith('#') ? endOfLine(sorted, 0) : 0
  return {
    oidOf(name) {
      const key = bytesOf(name)
      const at = placeOf(sorted, key, first)
      // A copy: a slice would keep the whole text in memory for as long as somebody holds the id.
      return nameAt(sorted, at) === key ? parseOid(copyOf(sorted.slice(at, at + OID_LENGTH))) : undefined
    },
    hasBelow(name) {
      const folder = `${bytesOf(name)}/`
      return nameAt(sorted, placeOf(sorted, folder, first)).startsWith(folder)
    },
    with(values) {
      const updates = [...values].map(([name, oid]) => [bytesOf(name), oid] as const)
      updates.sort(([a], [b]) => (a < b ? -1 : 1))
      const pieces: string[] = []
      let kept = 0
      for (const [name, oid] of updates) {
        const at = placeOf(sorted, name, Math.max(kept, first))
        pieces.push(sorted.slice(kept, at), `${oid} ${name}\n`)
        kept = nameAt(sorted, at) === name ? endOfEntry(sorted, at) : at
      }
      return pieces.join('') + sorted.slice(kept)
    },
  }
}

/** Where the first entry begins whose name is not before `name`, from the entry at `from` on. */
function placeOf(text: string, name: string, from: number): number {
  let low = from
  let high = text.length
  while (low < high) {
    const start = startOfEntry(text, (low + high) >> 1, low)
    if (nameAt(text, start) < name) low = endOfEntry(text, start)
    else high = start
  }
  return low
}

/** Of the entry that the character at `at` belongs to; entries begin at `first`. */
function startOfEntry(text: string, at: number, first: number): number {
  let start = text.lastIndexOf('\n', at - 1) + 1
  while (start > first && text[start] === '^') start = text.lastIndexOf('\n', start - 2) + 1
  return Math.max(start, first)
}

function endOfEntry(text: string, start: number): number {
  const end = endOfLine(text, start)
  return text[end] === '^' ? endOfLine(text, end) : end
}

const endOfLine = (text: string, at: number): number => {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

const nameAt = (text: string, start: number): string => text.slice(start + NAME_AT, endOfLine(text, start) - 1)

/** Git has written the file sorted, and said so, since 2018. */
function sortedText(text: string): string {
  if (text === '') return NEW_FILE
  const [header = ''] = text.split('\n', 1)
  if (header.startsWith('#') && header.split(' ').includes('sorted')) return text.endsWith('\n') ? text : `${text}\n`
  const entries = text
    .split(/\n(?!\^)/)
    .filter((entry) => entry !== '' && !entry.startsWith('#'))
    .map((entry) => (entry.endsWith('\n') ? entry : `${entry}\n`))
  entries.sort((a, b) => (nameAt(a, 0) < nameAt(b, 0) ? -1 : 1))
  return `${header.startsWith('#') ? header.trimEnd() : '# pack-refs with:'} sorted \n${entries.join('')}`
}

const NOT_ASCII = /[^\0-\x7f]/

const bytesOf = (name: string): string => (NOT_ASCII.test(name) ? Buffer.from(name).toString('latin1') : name)

const copyOf = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')
