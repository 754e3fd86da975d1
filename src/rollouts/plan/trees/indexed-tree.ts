/**
 * A raw tree object with the places of its entries, so that trees that differ in a few entries are compared and joined
 * by copying bytes. Pure.
 * Invariant: names are kept as one character for each byte (latin-1), so that any name that Git has comes back as it was,
 * and comparing them as texts gives Git's own order (`base_name_compare` in Git's read-cache.c).
 */
import type { Oid } from '../../../kernel/ids.ts'

export type Entry = {
  /** As bytes; `textOf` gives it for people. */
  name: string
  /** As it is stored: `40000`, `100644`, ... */
  mode: string
  /** The whole entry. */
  raw: Buffer
  /** What it is sorted by: the name, and a `/` after that of a folder. */
  key: string
}

export type IndexedTree = {
  bytes: Buffer
  entries: readonly Entry[]
  /** Where each entry begins in `bytes`, and where the last one ends. */
  offsets: readonly number[]
  byName: ReadonlyMap<string, Entry>
}

export const FOLDER_MODE = '40000'
const FILE_MODES: ReadonlySet<string> = new Set(['100644', '100755'])

const SPACE = 0x20
const NOT_ASCII = /[\x80-\xff]/
const ID_BYTES = 20

/** A tree whose bytes are not what Git writes: cut short, out of order, or with a name twice. */
export class MalformedTree extends Error {}

export const isFolder = ({ mode }: Entry): boolean => mode === FOLDER_MODE
export const isFile = ({ mode }: Entry): boolean => FILE_MODES.has(mode)
export const oidOf = ({ raw }: Entry): Oid => raw.toString('hex', raw.length - ID_BYTES) as Oid
export const sameEntry = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.raw.equals(b.raw))

/** A name as people read it; bytes that are no UTF-8 are shown as U+FFFD. */
export const textOf = (name: string): string =>
  NOT_ASCII.test(name) ? Buffer.from(name, 'latin1').toString('utf8') : name

/** The entry that begins at `start`. @throws MalformedTree */
export function entryAt(bytes: Buffer, start: number): Entry {
  const nameStart = bytes.indexOf(SPACE, start) + 1
  const nameEnd = bytes.indexOf(0, nameStart)
  const end = nameEnd + 1 + ID_BYTES
  if (nameStart === 0 || nameEnd <= nameStart || end > bytes.length) throw new MalformedTree('an entry is cut short')
  const name = bytes.toString('latin1', nameStart, nameEnd)
  const mode = bytes.toString('latin1', start, nameStart - 1)
  return {
    name,
    mode,
    raw: bytes.subarray(start, end),
    key: keyOf(name, mode),
  }
}

/** @throws MalformedTree */
export function indexTree(bytes: Buffer): IndexedTree {
  const entries: Entry[] = []
  const offsets: number[] = []
  const byName = new Map<string, Entry>()
  for (let at = 0; at < bytes.length; ) {
    const entry = entryAt(bytes, at)
    const before = entries.at(-1)
    if (before && before.key >= entry.key) throw new MalformedTree('the entries are out of order')
    if (byName.has(entry.name)) throw new MalformedTree('a name stands twice')
    entries.push(entry)
    offsets.push(at)
    byName.set(entry.name, entry)
    at += entry.raw.length
  }
  return { bytes, entries, offsets: [...offsets, bytes.length], byName }
}

export const EMPTY_TREE: IndexedTree = indexTree(Buffer.alloc(0))

/** An entry of `name` for an object that was made. `oid` is that of a blob where `mode` is a file's. */
export function makeEntry(name: string, mode: string, oid: Oid): Entry {
  const head = mode.length + name.length + 2
  const raw = Buffer.allocUnsafe(head + ID_BYTES)
  raw.write(`${mode} ${name}\0`, 0, 'latin1')
  raw.write(oid, head, 'hex')
  return { name, mode, raw, key: keyOf(name, mode) }
}

const keyOf = (name: string, mode: string): string => (mode === FOLDER_MODE ? `${name}/` : name)
