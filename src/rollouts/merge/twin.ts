/**
 * Reading a text beside one that has been read: an entry that is the same text in both is taken over with all that is
 * in it. Most of what a merge reads is such text.
 */
import type { Entry, TreeNode } from './tree.ts'

/** Texts up to this long are compared here, character by character. */
const GLANCE = 64

/** Entries of the other text's collection, looked through in step with this one's. */
export class Twin {
  readonly #entries: readonly Entry[]
  #next = 0
  #places: Map<string | null, number> | undefined

  /** `node` is what the other text has at this place; only a collection of the same kind helps. */
  constructor(node: TreeNode | undefined, kind: 'map' | 'array') {
    this.#entries = node?.kind === kind && !node.repeats ? node.entries : []
  }

  /** The other text's next entry, as it stands at `at` too, if it does and may end there: `1` is the beginning of `12`. */
  takeOver(text: string, from: number, at: number, mayEndAt: (end: number) => boolean): Entry | undefined {
    const entry = this.#entries[this.#next]
    if (entry === undefined || entry.end === entry.start || !isAt(entry, text, at)) return undefined
    if (!mayEndAt(at + entry.end - entry.start)) return undefined
    this.#next++
    return moveEntry(entry, text, from, at)
  }

  /** The other text's member of this name (for an item: its next one), to read the value beside. */
  find(key: string | null): Entry | undefined {
    if (key === null || this.#entries[this.#next]?.key === key) return this.#entries[this.#next++]
    this.#places ??= new Map(this.#entries.map((entry, i) => [entry.key, i]))
    const at = this.#places.get(key)
    if (at === undefined) return undefined
    this.#next = at + 1
    return this.#entries[at]
  }
}

/** Whether the text at `at` is that of `entry`, in full. */
function isAt(entry: Entry, text: string, at: number): boolean {
  if (entry.node.linked) return false
  const length = entry.end - entry.start
  if (at + length > text.length) return false
  // A glance settles most cases; the rest is left to the engine's comparison of strings.
  if (length > GLANCE) {
    if (text.charCodeAt(at + length - 1) !== entry.text.charCodeAt(entry.end - 1)) return false
    return text.startsWith(entry.text.slice(entry.start, entry.end), at)
  }
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(at + i) !== entry.text.charCodeAt(entry.start + i)) return false
  }
  return true
}

/** `entry` as it stands in `text` at `start`. */
function moveEntry(entry: Entry, text: string, from: number, start: number): Entry {
  const by = start - entry.start
  return {
    key: entry.key,
    text,
    from,
    start,
    valueStart: entry.valueStart + by,
    valueEnd: entry.valueEnd + by,
    end: entry.end + by,
    tail: entry.end + by,
    node: entry.node,
  }
}
