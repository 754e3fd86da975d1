/**
 * Reads the YAML that people write as configuration, as a tree of ranges, about ten times as fast as a full parser
 * (which a merge of thousands of files needs). It is strict: several documents, directives, complex keys,
 * keys with an anchor, tabs as indentation, undefined aliases and whatever else it is not sure of it does not read,
 * and such a text is merged by lines. What it reads it reads as the `yaml` package does: the tests hold it to that.
 */
import { nameRepeated } from '../repeated-keys.ts'
import { collection, type Entry, MAX_DEPTH, type Tree, type TreeNode } from '../tree.ts'
import { place as placeEntry, Twin } from '../twin.ts'
import { readAlias, readProperties } from './properties.ts'
import { readFlow } from './read-flow.ts'
import {
  plainToken,
  quotedToken,
  readBlockPlain,
  readBlockScalar,
  readQuoted,
  scalarNode,
  startsPlain,
} from './read-scalar.ts'
import {
  atLineEnd,
  COLON,
  type ContentLine,
  contentLine,
  DASH,
  endLine,
  HASH,
  isBreak,
  isDocumentMarker,
  LF,
  nextLine,
  type Reading,
  refuse,
  SPACE,
  skipBlanks,
  skipSpaces,
  TAB,
  Unreadable,
} from './reading.ts'

/** The tree of `text` (one document, its lines ended by LF, the last one too), or undefined where it is not read. */
export function readYaml(text: string, beside?: Tree): Tree | undefined {
  try {
    return { text, root: readDocument({ text, anchors: new Set() }, beside?.root) }
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

function readDocument(reading: Reading, beside: TreeNode | undefined): TreeNode {
  const { text } = reading
  const from = documentStart(text)
  const first = contentLine(text, from)
  if (first.column < 0) {
    if (first.at < text.length) refuse()
    return scalarNode(reading, plainToken('', ''), from, from, '')
  }
  if (text[first.at] === '%') refuse()
  const { node, next } = readBlockNode(reading, from, first, -1, { depth: 0, beside })
  return contentLine(text, next).at === text.length ? node : refuse()
}

/** After the `---`, if there is one, and the comments at the top that a blank line parts from the rest. */
function documentStart(text: string): number {
  let start = 0
  let found = 0
  let marked = false
  while (start < text.length) {
    const at = skipBlanks(text, start)
    const code = text.charCodeAt(at)
    if (code === LF || code === HASH) start = nextLine(text, at)
    else if (!marked && text.startsWith('---', start) && isDocumentMarker(text, start)) {
      marked = true
      start = endLine(text, start + 3)
      found = start
    } else break
    if (code === LF) found = start
  }
  return found
}

/** How deep a node is, and what a like text that has been read holds there. */
type Place = { depth: number; beside: TreeNode | undefined }

/** A node, and the start of the line after it. */
type Read = { node: TreeNode; next: number }

/** The node on a line of its own; `from` is the start of the comments before it. */
function readBlockNode(reading: Reading, from: number, line: ContentLine, parent: number, place: Place): Read {
  if (place.depth >= MAX_DEPTH) refuse()
  const { text } = reading
  if (text.charCodeAt(line.at) === DASH && isBreak(text, line.at + 1)) {
    return readCollection(reading, 'array', from, line, false, place)
  }
  if (keyAt(text, line.at) !== undefined) return readCollection(reading, 'map', from, line, false, place)
  const { properties, end } = readProperties(reading, line.at)
  if (properties !== '' && atLineEnd(text, end)) return readBelow(reading, end, parent, false, properties, place)
  return readInline(reading, end, parent, properties, place)
}

/** A collection whose first entry stands at `line`. */
function readCollection(
  reading: Reading,
  kind: 'map' | 'array',
  above: number,
  line: ContentLine,
  compact: boolean,
  place: Place,
  properties = '',
): Read {
  const { text } = reading
  const column = line.column
  const twin = Twin.of(place.beside?.column === column ? place.beside : undefined, kind)
  const mayEndAt = (end: number) => endsEntry(text, end, kind, column)
  const entries: Entry[] = []
  const begin = compact ? line.at : above
  let from = begin
  let here = line
  for (;;) {
    const run = twin.takeRun(entries, text, from, here.at)
    if (run !== undefined) {
      from = run.tail
      here = { start: run.at - column, column, at: run.at }
    }
    const isItem = text.charCodeAt(here.at) === DASH && isBreak(text, here.at + 1)
    if (kind === 'map' && isItem) refuse()
    if (kind === 'array' && !isItem) break
    const taken = twin.takeOver(text, here.at, mayEndAt)
    if (taken === undefined) {
      const entry = readEntry(reading, kind, from, here, place.depth, twin)
      entries.push(entry)
      from = entry.tail
    } else {
      const tail = ownCommentsEnd(text, here.at + taken.end - taken.start, column)
      entries.push(placeEntry(taken, text, from, here.at, tail))
      from = tail
    }
    here = contentLine(text, from)
    if (here.column !== column) break
  }
  // An item at the column of a map's keys belongs to the last key; anything deeper is an error.
  if (here.column > column) refuse()
  const end = footEnd(text, from, here, column)
  const named = kind === 'map' ? nameRepeated(entries) : entries
  const node = collection({
    kind,
    style: 'block',
    text,
    start: begin,
    end,
    entries: named,
    entriesEnd: from,
    column,
    compact,
    properties,
    repeats: named !== entries,
    linked: properties.includes('&') || entries.some((entry) => entry.node.linked),
  })
  return { node, next: end }
}

/** Whether nothing after `end` could belong to an entry that ends there. */
function endsEntry(text: string, end: number, kind: 'map' | 'array', column: number): boolean {
  let next = end
  while (text.charCodeAt(next) === LF) next++
  const indent = skipSpaces(text, next)
  if (indent - next > column || (kind === 'map' && text.charCodeAt(indent) === DASH)) return false
  if (text.charCodeAt(indent) === LF || text.charCodeAt(indent) === TAB) return false
  return text.charCodeAt(indent) !== HASH || contentLine(text, next).column <= column
}

function readEntry(
  reading: Reading,
  kind: 'map' | 'array',
  from: number,
  { at, column }: ContentLine,
  depth: number,
  twin: Twin,
): Entry {
  const name = kind === 'map' ? (keyAt(reading.text, at) ?? refuse()) : undefined
  const key = name?.value ?? null
  const place = { depth: depth + 1, beside: twin.find(key)?.node }
  const { node, next } = readValue(reading, name?.valueAt ?? at + 1, column, key === null, place)
  return {
    key,
    text: reading.text,
    from,
    start: at,
    valueStart: node.start,
    valueEnd: node.end,
    end: next,
    tail: ownCommentsEnd(reading.text, next, column),
    node,
  }
}

/**
 * End of the comments right below an entry that are its own: those that are indented deeper than it, and those that a
 * blank line, or the end of the text, parts from what follows.
 */
function ownCommentsEnd(text: string, from: number, column: number): number {
  let own = from
  for (let start = from; start < text.length; ) {
    const at = skipSpaces(text, start)
    const code = text.charCodeAt(at)
    if (code === LF) return start
    if (code !== HASH || at - start < column) return own
    const next = nextLine(text, at)
    if (own === start && at - start > column) own = next
    start = next
  }
  return text.length
}

/** End of the comments below a collection that, by their indentation, are its own and not the next one's. */
function footEnd(text: string, from: number, next: ContentLine, column: number): number {
  let end = from
  for (let start = from; start < next.start; ) {
    const at = skipBlanks(text, start)
    const after = nextLine(text, at)
    if (text.charCodeAt(at) === HASH) {
      if (at - start < column || at - start <= next.column) break
      end = after
    }
    start = after
  }
  return end
}

/** The value after `key:` or `-`, whose column is `parent`. */
function readValue(reading: Reading, after: number, parent: number, isItem: boolean, place: Place): Read {
  if (place.depth >= MAX_DEPTH) refuse()
  const { text } = reading
  const { properties, end: at } = readProperties(reading, skipBlanks(text, after))
  if (atLineEnd(text, at)) return readBelow(reading, after, parent, !isItem, properties, place)
  if (isItem && properties === '' && !text.slice(after, at).includes('\t')) {
    const line = { start: at, column: parent + 1 + at - after, at }
    if (text.charCodeAt(at) === DASH && isBreak(text, at + 1)) {
      return readCollection(reading, 'array', at, line, true, place)
    }
    if (keyAt(text, at) !== undefined) return readCollection(reading, 'map', at, line, true, place)
  }
  return readInline(reading, at, parent, properties, place)
}

/** A value on the lines below its key or dash, or none. */
function readBelow(
  reading: Reading,
  after: number,
  parent: number,
  itemsMayAlign: boolean,
  properties: string,
  place: Place,
): Read {
  const { text } = reading
  const from = nextLine(text, after)
  const line = contentLine(text, from)
  const isItem = text.charCodeAt(line.at) === DASH && isBreak(text, line.at + 1)
  if (line.column > parent || (line.column === parent && itemsMayAlign && isItem)) {
    if (properties === '') return readBlockNode(reading, from, line, parent, place)
    if (isItem) return readCollection(reading, 'array', from, line, false, place, properties)
    if (keyAt(text, line.at) !== undefined) return readCollection(reading, 'map', from, line, false, place, properties)
    return refuse()
  }
  // Nothing follows: the empty value ends where the key, the dash or the anchor does.
  let end = after
  if (properties !== '') end = skipBlanks(text, after) + properties.length - 1
  return { node: scalarNode(reading, plainToken('', properties), end, end, properties), next: from }
}

/** A scalar or a flow collection, and the rest of its line. */
function readInline(reading: Reading, at: number, parent: number, properties: string, place: Place): Read {
  const { text } = reading
  const char = text[at]
  if (char === '|' || char === '>') {
    const node = readBlockScalar(reading, at, parent, properties)
    return { node, next: node.end }
  }
  const node =
    char === '"' || char === "'"
      ? readQuoted(reading, at, parent, properties)
      : char === '[' || char === '{'
        ? readFlow(reading, at, place.depth, properties, place.beside)
        : char === '*'
          ? readAlias(reading, at, properties)
          : readBlockPlain(reading, at, parent, properties)
  return { node, next: endLine(text, node.end) }
}

/** The key at `at` of `key: value`, if there is one on this line, and where its value may begin. */
function keyAt(text: string, at: number): { value: string; valueAt: number } | undefined {
  const char = text[at]
  if (char === '"' || char === "'") {
    const lineEnd = text.indexOf('\n', at)
    const { value, end } = quotedToken(text, at, -1)
    const colon = skipBlanks(text, end)
    const isKey = (lineEnd < 0 || end <= lineEnd) && text.charCodeAt(colon) === COLON && isBreak(text, colon + 1)
    return isKey ? { value, valueAt: colon + 1 } : undefined
  }
  if (!startsPlain(text, at)) return undefined
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === LF || (code === HASH && text.charCodeAt(i - 1) === SPACE)) return undefined
    if (code === COLON && isBreak(text, i + 1)) return { value: text.slice(at, i).trimEnd(), valueAt: i + 1 }
  }
  return undefined
}
