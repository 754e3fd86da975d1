/**
 * Reads JSON, with the comments and trailing commas that people's files have, as a tree of ranges.
 * What is not JSON, has a key twice or nests too deeply is not read at all: such a text is merged by lines.
 */
import { type JSONVisitor, visit } from 'jsonc-parser'
import { type Entry, flowNode, type Interner, MAX_DEPTH, type Tree, type TreeNode } from '../tree.ts'

/** The tree of `text`, or undefined where it cannot be read. */
export function readJson(text: string, interner: Interner): Tree | undefined {
  const builder = new Builder(text, interner)
  try {
    visit(text, builder.visitor(), { allowTrailingComma: true })
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
  return builder.root && { text, root: builder.root }
}

/** Leaves the parser early: it has no other way out. */
class Unreadable extends Error {}

type Open = {
  kind: 'map' | 'array'
  start: number
  entries: Entry[]
  keys: Set<string>
  key: string | null
  /** Where the entry being read starts, if its key has been seen. */
  entryStart: number
  from: number
}

class Builder {
  root: TreeNode | undefined
  readonly #text: string
  readonly #interner: Interner
  readonly #open: Open[] = []

  constructor(text: string, interner: Interner) {
    this.#text = text
    this.#interner = interner
  }

  visitor(): JSONVisitor {
    const refuse = () => {
      throw new Unreadable()
    }
    return {
      onError: refuse,
      onObjectBegin: (offset) => this.#begin('map', offset),
      onArrayBegin: (offset) => this.#begin('array', offset),
      onObjectProperty: (key, offset) => this.#key(key, offset),
      onObjectEnd: (offset) => this.#end(offset + 1),
      onArrayEnd: (offset) => this.#end(offset + 1),
      onSeparator: (separator, offset) => {
        if (separator === ',') this.#closeEntry(offset + 1)
      },
      onLiteralValue: (value, offset, length) => {
        const description = typeof value === 'string' ? `s${value}` : `p${this.#text.slice(offset, offset + length)}`
        this.#add(flowNode('scalar', this.#interner.id(description), offset, offset + length, []))
      },
    }
  }

  #begin(kind: 'map' | 'array', offset: number): void {
    if (this.#open.length >= MAX_DEPTH) throw new Unreadable()
    this.#open.push({ kind, start: offset, entries: [], keys: new Set(), key: null, entryStart: -1, from: offset + 1 })
  }

  #key(key: string, offset: number): void {
    const map = this.#open.at(-1)!
    if (map.keys.has(key)) throw new Unreadable()
    map.keys.add(key)
    map.key = key
    map.entryStart = offset
  }

  #add(node: TreeNode): void {
    const parent = this.#open.at(-1)
    if (parent === undefined) {
      this.root = node
      return
    }
    const start = parent.key === null ? node.start : parent.entryStart
    parent.entries.push({ key: parent.key, from: parent.from, start, node, end: node.end, tail: node.end })
    parent.key = null
  }

  /** A comment after the comma, or after the last item, belongs to what stands before it on its line. */
  #closeEntry(at: number): void {
    const parent = this.#open.at(-1)!
    const entry = parent.entries.at(-1)
    const tail = commentOnLine(this.#text, at)
    parent.from = tail
    if (entry !== undefined && tail > at) entry.tail = tail
  }

  #end(end: number): void {
    const last = this.#open.at(-1)!
    const entry = last.entries.at(-1)
    if (entry !== undefined && entry.tail === entry.end && last.from <= entry.from) this.#closeEntry(entry.end)
    this.#open.pop()
    const id =
      last.kind === 'map'
        ? this.#interner.map(last.entries.map(({ key, node }) => ({ key: key ?? '', id: node.id })))
        : this.#interner.array(last.entries.map(({ node }) => node.id))
    this.#add(flowNode(last.kind, id, last.start, end, last.entries))
  }
}

const COMMENT_ON_LINE = /[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/(?=[ \t]*(?:\r?\n|$)))/y

/** End of a comment that closes the line at `at`; `at` itself where there is none. */
function commentOnLine(text: string, at: number): number {
  COMMENT_ON_LINE.lastIndex = at
  const found = COMMENT_ON_LINE.exec(text)
  return found === null ? at : at + found[0].length
}
