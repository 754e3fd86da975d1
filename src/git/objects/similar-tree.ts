/**
 * A tree that resembles one that was read before: a tenant's folder has nearly all entries in common with the trunk's.
 * An entry that stands in both is one object, so nothing is made of it anew, and whoever knows the first tree knows by
 * identity what has changed. Pure.
 */
import type { EntryKind, TreeEntry } from './objects.ts'
import { entryAt } from './tree-bytes.ts'

/** As Git stores them. */
const KINDS: Readonly<Record<string, EntryKind>> = {
  '100644': 'file',
  '100664': 'file',
  '100755': 'file',
  '120000': 'symlink',
  '160000': 'submodule',
  '40000': 'tree',
}

/** What an entry begins with that can be taken over: of the modes of its kind the one that nearly all have. */
const BEGINNINGS: Readonly<Partial<Record<EntryKind, Buffer>>> = {
  file: Buffer.from('100644 '),
  tree: Buffer.from('40000 '),
}

const ID_BYTES = 20
const LAST_OF_ASCII = 0x7f

/** The entries of the tree, in Git's order; those of `like` are taken over. @throws RangeError where the bytes are no tree */
export function parseSimilarTree(raw: Buffer, like: readonly TreeEntry[]): TreeEntry[] {
  const entries: TreeEntry[] = []
  let due = 0
  for (let at = 0; at < raw.length; ) {
    const known = like[due]
    const knownEnd = known ? endWhere(raw, at, known) : undefined
    if (known && knownEnd !== undefined) {
      entries.push(known)
      at = knownEnd
      due += 1
    } else {
      const { mode, name, oid, end } = entryAt(raw, at)
      // A mode that Git does not write today is treated like a link: as something that is not served.
      entries.push({ name, kind: KINDS[mode] ?? 'symlink', oid })
      at = end
      while (due < like.length && like[due]!.name <= name) due += 1
    }
  }
  return entries
}

/** The end of the entry at byte `start`, if it is `known`. */
function endWhere(raw: Buffer, start: number, { kind, name, oid }: TreeEntry): number | undefined {
  const beginning = BEGINNINGS[kind]
  if (!beginning) return undefined
  const nameStart = start + beginning.length
  const nameEnd = nameStart + name.length
  const end = nameEnd + 1 + ID_BYTES
  if (end > raw.length || raw[nameEnd] !== 0) return undefined
  for (let i = 0; i < beginning.length; i += 1) if (raw[start + i] !== beginning[i]) return undefined
  for (let i = 0; i < name.length; i += 1) {
    const code = name.charCodeAt(i)
    // A letter beyond ASCII is no single byte: such a name is read anew.
    if (raw[nameStart + i] !== code || code > LAST_OF_ASCII) return undefined
  }
  for (let i = 0; i < ID_BYTES; i += 1) if (raw[nameEnd + 1 + i] !== byteOfHex(oid, 2 * i)) return undefined
  return end
}

const byteOfHex = (text: string, at: number): number => (nibble(text, at) << 4) | nibble(text, at + 1)

/** Of a lower-case hexadecimal digit. */
function nibble(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code < 0x3a ? code - 0x30 : code - 0x57
}
