/**
 * Reading a text beside one that has been read: an entry that is the same text in both is taken over with all that is
 * in it. Most of what a merge reads is such text.
 * Invariant: an entry that stands in both texts with the same comments above it and the same comma after it is one
 * object in both trees, so that it is known at a glance to be unchanged.
 */
import { commonPrefix } from './common-text.ts'
import type { Entry, TreeNode } from './tree.ts'

/** A key and its colon, or a dash and a blank, tell a further entry from the end of a collection. */
const BEGINNING = 2
/** So many characters are compared first, and twice as many each time that they are the same. */
const FIRST_REACH = 256

/** Entries of the other text's collection, looked through in step with this one's. */
export class Twin {
  readonly #entries: readonly Entry[]
  #next = 0
  #places: Map<string | null, number> | undefined

  constructor(entries: readonly Entry[]) {
    this.#entries = entries
  }

  /** `node` is what the other text has at this place; only a collection of the same kind helps. */
  static of(node: TreeNode | undefined, kind: 'map' | 'array'): Twin {
    return node?.kind === kind && !node.repeats && node.entries.length > 0 ? new Twin(node.entries) : NOTHING_BESIDE
  }

  /**
   * Puts into `found` the entries that stand at `at` as they do in the other text, as long as the next one begins as it
   * does there. Returns the length of what was taken, from `at` to where the last one's text ends, and where that next
   * one begins; undefined where there are none.
   */
  takeRun(found: Entry[], text: string, from: number, at: number): { tail: number; at: number } | undefined {
    const entries = this.#entries
    const first = entries[this.#next]
    if (first === undefined || entries[this.#next + 1] === undefined) return undefined
    const by = at - first.start
    const most = Math.min(text.length - by, first.text.length)
    // Up to where the texts are the same, as far as that has been looked at: never much further than what is taken.
    let end = first.start
    let reach = FIRST_REACH
    let last = first
    for (let next = entries[this.#next + 1]; next !== undefined; next = entries[this.#next + 1]) {
      if (next.text !== first.text || next.from !== last.tail || last.node.linked) break
      while (end < next.start + BEGINNING && reach > 0) {
        const ahead = Math.min(reach, most - end)
        const same = commonPrefix(text, end + by, first.text, end, ahead)
        end += same
        reach = same < reach ? 0 : reach * 2
      }
      if (next.start + BEGINNING > end) break
      found.push(last === first ? place(first, text, from, at, first.tail + by) : last)
      last = next
      this.#next++
    }
    return last === first ? undefined : { tail: last.from + by, at: last.start + by }
  }

  /** The other text's next entry, if it stands at `at` too and may end there: `1` is the beginning of `12`. */
  takeOver(text: string, at: number, mayEndAt: (end: number) => boolean): Entry | undefined {
    const entry = this.#entries[this.#next]
    if (entry === undefined || entry.end === entry.start || !isAt(entry, text, at)) return undefined
    if (!mayEndAt(at + entry.end - entry.start)) return undefined
    this.#next++
    return entry
  }

  /** The other text's member of this name (for an item: its next one), to read the value beside. */
  find(key: string | null): Entry | undefined {
    if (this.#entries.length === 0) return undefined
    const next = this.#entries[this.#next]
    if (key === null || next?.key === key) {
      this.#next++
      return next
    }
    this.#places ??= new Map(this.#entries.map((entry, i) => [entry.key, i]))
    const at = this.#places.get(key)
    if (at === undefined) return undefined
    this.#next = at + 1
    return this.#entries[at]
  }
}

const NOTHING_BESIDE = new Twin([])

/** Whether the text at `at` is that of `entry`, in full. */
function isAt(entry: Entry, text: string, at: number): boolean {
  const { start, end, node } = entry
  if (node.linked || text.charCodeAt(at + end - start - 1) !== entry.text.charCodeAt(end - 1)) return false
  return text.startsWith(entry.text.slice(start, end), at)
}

/** `entry`, which stands in `text` at `start`: itself where what is around it is the same too. */
export function place(entry: Entry, text: string, from: number, start: number, tail: number): Entry {
  const by = start - entry.start
  const isSame =
    entry.from + by === from &&
    entry.tail + by === tail &&
    entry.text.slice(entry.from, entry.start) === text.slice(from, start) &&
    entry.text.slice(entry.end, entry.tail) === text.slice(entry.end + by, tail)
  if (isSame) return entry
  return {
    key: entry.key,
    text,
    from,
    start,
    valueStart: entry.valueStart + by,
    valueEnd: entry.valueEnd + by,
    end: entry.end + by,
    tail,
    node: entry.node,
  }
}
