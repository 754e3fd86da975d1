/**
 * Trees as Git stores them: `<mode> <name>\0<20 bytes of id>`, sorted by the bytes of the name, a folder's as if it ended
 * in "/". Pure.
 * Invariant: what is written here is what `git mktree` would write; an edit keeps every other entry byte for byte, also
 * one whose name is no UTF-8 or whose mode Git no longer writes.
 * Source: `base_name_compare` in Git's read-cache.c.
 */
import type { Oid } from '../../kernel/ids.ts'

/** `mode` as it is stored, without leading zeros: `40000` a folder, `100644`, `100755`, `120000` a link, `160000` a submodule. */
export type RawEntry = { mode: string; name: string; oid: Oid }

/** What stands at a name after an edit; `null`: nothing. */
export type TreeEdit = { mode: string; oid: Oid } | null

export const FOLDER_MODE = '40000'

const SPACE = 0x20
const SLASH = 0x2f
const ID_BYTES = 20

/** @throws RangeError where the bytes are no tree */
export function parseTree(bytes: Uint8Array): RawEntry[] {
  const raw = bufferOf(bytes)
  return Array.from(spans(raw), (span) => entryOf(raw, span))
}

/** The entry that begins at byte `start`, and where the next one does. @throws RangeError where the bytes are no tree */
export function entryAt(raw: Buffer, start: number): RawEntry & { end: number } {
  const span = spanAt(raw, start)
  return { ...entryOf(raw, span), end: span.end }
}

const entryOf = (raw: Buffer, { start, nameStart, nameEnd, end }: Span): RawEntry => ({
  mode: raw.toString('latin1', start, nameStart - 1),
  name: raw.toString('utf8', nameStart, nameEnd),
  oid: raw.toString('hex', end - ID_BYTES, end) as Oid,
})

/** The tree of `entries`, which come in any order. @throws RangeError where a name is none, or stands twice */
export function serializeTree(entries: readonly RawEntry[]): Buffer {
  const edits = new Map<string, TreeEdit>()
  for (const entry of entries) {
    if (edits.has(entry.name)) throw new RangeError(`a tree has each name once; "${entry.name}" stands twice`)
    edits.set(entry.name, entry)
  }
  return editTree(new Uint8Array(), edits)
}

/**
 * `bytes` with `edits` by name: each adds or replaces an entry, and `null` removes one, if it is there.
 * @throws RangeError where the bytes are no tree, or a name is none
 */
export function editTree(bytes: Uint8Array, edits: ReadonlyMap<string, TreeEdit>): Buffer {
  const raw = bufferOf(bytes)
  const edited = new Set<string>()
  const additions: Addition[] = []
  for (const [name, edit] of edits) {
    const nameBytes = bytesOfName(name)
    edited.add(nameBytes.toString('latin1'))
    if (edit) additions.push(additionOf(nameBytes, edit))
  }
  additions.sort((a, b) => Buffer.compare(a.key, b.key))

  const pieces: Buffer[] = []
  let next = 0
  // Entries that stay and stand beside each other are copied in one piece.
  let keptFrom = 0
  for (const span of spans(raw)) {
    const isEdited = edited.has(raw.toString('latin1', span.nameStart, span.nameEnd))
    const first = next
    while (!isEdited && next < additions.length && isBefore(additions[next]!.key, raw, span)) next += 1
    if (!isEdited && next === first) continue
    pieces.push(raw.subarray(keptFrom, span.start), ...additions.slice(first, next).map(({ entry }) => entry))
    keptFrom = isEdited ? span.end : span.start
  }
  pieces.push(raw.subarray(keptFrom), ...additions.slice(next).map(({ entry }) => entry))
  return Buffer.concat(pieces)
}

/** Where one entry lies in the raw bytes, in offsets. */
type Span = { start: number; nameStart: number; nameEnd: number; end: number }

function* spans(raw: Buffer): Generator<Span> {
  for (let start = 0; start < raw.length; ) {
    const span = spanAt(raw, start)
    yield span
    start = span.end
  }
}

function spanAt(raw: Buffer, start: number): Span {
  const nameStart = raw.indexOf(SPACE, start) + 1
  const nameEnd = raw.indexOf(0, nameStart)
  const end = nameEnd + 1 + ID_BYTES
  if (nameStart === 0 || nameEnd <= nameStart || end > raw.length) {
    throw new RangeError(`these bytes are no tree: the entry at byte ${start} is cut short`)
  }
  return { start, nameStart, nameEnd, end }
}

/** `key` is what the entry is sorted by. */
type Addition = { key: Buffer; entry: Buffer }

const additionOf = (name: Buffer, { mode, oid }: NonNullable<TreeEdit>): Addition => ({
  key: mode === FOLDER_MODE ? Buffer.concat([name, Buffer.of(SLASH)]) : name,
  entry: Buffer.concat([Buffer.from(`${mode} `), name, Buffer.of(0), Buffer.from(oid, 'hex')]),
})

function bytesOfName(name: string): Buffer {
  if (name === '' || name.includes('/') || name.includes('\0')) {
    throw new RangeError(`"${name}" cannot be the name of an entry of a tree`)
  }
  return Buffer.from(name, 'utf8')
}

/** Whether `key` is sorted before the entry at `span`. */
function isBefore(key: Buffer, raw: Buffer, { start, nameStart, nameEnd }: Span): boolean {
  const isFolder = raw.toString('latin1', start, nameStart - 1) === FOLDER_MODE
  const order = key.compare(raw, nameStart, nameEnd)
  if (!isFolder || order <= 0) return order < 0
  // The folder's own key has a "/" more than its name has.
  return key.compare(Buffer.concat([raw.subarray(nameStart, nameEnd), Buffer.of(SLASH)])) < 0
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
