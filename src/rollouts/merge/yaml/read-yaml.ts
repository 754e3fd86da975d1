/**
 * Reads the YAML that people write as configuration, as a tree of ranges, about ten times as fast as a full parser
 * (which a merge of thousands of files needs). It is strict: several documents, directives, complex keys, a key twice,
 * keys with an anchor, tabs as indentation, undefined aliases and whatever else it is not sure of it does not read, and such a
 * text is merged by lines. What it reads it reads as the `yaml` package does: the tests hold it to that.
 */
import { type Entry, flowNode, type Interner, MAX_DEPTH, type Tree, type TreeNode } from '../tree.ts'
import { readAlias, readProperties } from './properties.ts'
import { readFlow } from './read-flow.ts'
import { quotedToken, readBlockPlain, readBlockScalar, readQuoted, startsPlain } from './read-scalar.ts'
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
  Unreadable,
} from './reading.ts'

/** The tree of `text` (one document, its lines ended by LF, the last one too), or undefined where it is not read. */
export function readYaml(text: string, interner: Interner): Tree | undefined {
  try {
    return { text, root: readDocument({ text, interner, anchors: new Set() }) }
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

function readDocument(reading: Reading): TreeNode {
  const { text } = reading
  const from = documentStart(text)
  const first = contentLine(text, from)
  if (first.column < 0) {
    if (first.at < text.length) refuse()
    return flowNode('scalar', reading.interner.id('p'), from, from, [])
  }
  if (text[first.at] === '%') refuse()
  const { node, next } = readBlockNode(reading, from, first, -1, 0)
  return contentLine(text, next).at === text.length ? node : refuse()
}

/** After the `---`, or after the comments at the top that a blank line parts from the rest. */
function documentStart(text: string): number {
  let start = 0
  let afterBlank = 0
  while (start < text.length) {
    const at = skipBlanks(text, start)
    const code = text.charCodeAt(at)
    if (code !== LF && code !== HASH) break
    start = nextLine(text, at)
    if (code === LF) afterBlank = start
  }
  return text.startsWith('---', start) && isDocumentMarker(text, start) ? endLine(text, start + 3) : afterBlank
}

/** A node, and the start of the line after it. */
type Read = { node: TreeNode; next: number }

/** The node on a line of its own; `from` is the start of the comments before it. */
function readBlockNode(reading: Reading, from: number, line: ContentLine, parent: number, depth: number): Read {
  if (depth >= MAX_DEPTH) refuse()
  const { text } = reading
  if (text.charCodeAt(line.at) === DASH && isBreak(text, line.at + 1)) {
    return readCollection(reading, 'array', from, line, false, depth)
  }
  if (keyAt(text, line.at) !== undefined) return readCollection(reading, 'map', from, line, false, depth)
  const { properties, end } = readProperties(reading, line.at)
  if (properties !== '' && atLineEnd(text, end)) return readBelow(reading, end, parent, false, properties, depth)
  return readInline(reading, end, parent, properties, depth)
}

/** A collection whose first entry stands at `line`. */
function readCollection(
  reading: Reading,
  kind: 'map' | 'array',
  from: number,
  line: ContentLine,
  compact: boolean,
  depth: number,
  properties = '',
): Read {
  const { text, interner } = reading
  const column = line.column
  const entries: Entry[] = []
  const keys = new Set<string>()
  let lead = compact ? line.at : from
  let here = line
  let next = from
  for (;;) {
    const isItem = text.charCodeAt(here.at) === DASH && isBreak(text, here.at + 1)
    if (kind === 'map' && isItem) refuse()
    if (kind === 'array' && !isItem) break
    const key = kind === 'map' ? (keyAt(text, here.at) ?? refuse()) : undefined
    if (key !== undefined && keys.has(key.value)) refuse()
    if (key !== undefined) keys.add(key.value)
    const value = readValue(reading, key?.valueAt ?? here.at + 1, column, key === undefined, depth + 1)
    next = value.next
    entries.push({ key: key?.value ?? null, from: lead, start: here.at, node: value.node, end: next, tail: next })
    lead = next
    here = contentLine(text, next)
    if (here.column !== column) break
  }
  // In a map an item at the keys' column would have ended the map's last value; deeper is an error in both.
  if (here.column > column) refuse()
  const end = footEnd(text, next, here, column)
  const id =
    kind === 'map'
      ? interner.map(
          entries.map((entry) => ({ key: entry.key ?? '', id: entry.node.id })),
          properties,
        )
      : interner.array(
          entries.map(({ node }) => node.id),
          properties,
        )
  const start = entries[0]!.from
  return {
    node: { kind, style: 'block', id, start, end, entries, column, compact, properties, lines: undefined },
    next: end,
  }
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
function readValue(reading: Reading, after: number, parent: number, isItem: boolean, depth: number): Read {
  if (depth >= MAX_DEPTH) refuse()
  const { text } = reading
  const { properties, end: at } = readProperties(reading, skipBlanks(text, after))
  if (atLineEnd(text, at)) return readBelow(reading, after, parent, !isItem, properties, depth)
  if (isItem && properties === '' && !text.slice(after, at).includes('\t')) {
    const line = { start: at, column: parent + 1 + at - after, at }
    if (text.charCodeAt(at) === DASH && isBreak(text, at + 1)) {
      return readCollection(reading, 'array', at, line, true, depth)
    }
    if (keyAt(text, at) !== undefined) return readCollection(reading, 'map', at, line, true, depth)
  }
  return readInline(reading, at, parent, properties, depth)
}

/** A value on the lines below its key or dash, or none. */
function readBelow(
  reading: Reading,
  after: number,
  parent: number,
  itemsMayAlign: boolean,
  properties: string,
  depth: number,
): Read {
  const { text, interner } = reading
  const from = nextLine(text, after)
  const line = contentLine(text, from)
  const isItem = text.charCodeAt(line.at) === DASH && isBreak(text, line.at + 1)
  if (line.column > parent || (line.column === parent && itemsMayAlign && isItem)) {
    if (properties === '') return readBlockNode(reading, from, line, parent, depth)
    if (isItem) return readCollection(reading, 'array', from, line, false, depth, properties)
    if (keyAt(text, line.at) !== undefined) return readCollection(reading, 'map', from, line, false, depth, properties)
    return refuse()
  }
  // Nothing follows: the empty value ends where the key, the dash or the anchor does.
  let end = after
  if (properties !== '') end = skipBlanks(text, after) + properties.length - 1
  return { node: flowNode('scalar', interner.id(`${properties}p`), end, end, [], properties), next: from }
}

/** A scalar or a flow collection, and the rest of its line. */
function readInline(reading: Reading, at: number, parent: number, properties: string, depth: number): Read {
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
        ? readFlow(reading, at, depth, properties)
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
