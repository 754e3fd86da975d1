/** Reads YAML's flow style: `[a, b]`, `{a: 1}`. One-pair items (`[a: 1]`) and keys that are collections are not read. */
import { type Entry, flowNode, MAX_DEPTH, type TreeNode } from '../tree.ts'
import { readAlias, readProperties } from './properties.ts'
import { plainDescription, quotedToken, startsPlain } from './read-scalar.ts'
import { COLON, HASH, isBreak, LF, nextLine, type Reading, refuse, skipBlanks } from './reading.ts'

/** The collection that begins at `at`; `depth` counts what encloses it. */
export function readFlow(reading: Reading, at: number, depth: number, properties: string): TreeNode {
  if (depth >= MAX_DEPTH) refuse()
  const { text, interner } = reading
  const kind = text[at] === '{' ? 'map' : 'array'
  const close = kind === 'map' ? '}' : ']'
  const entries: Entry[] = []
  const keys = new Set<string>()
  let from = at + 1
  let position = skipSpace(text, from)
  while (text[position] !== close) {
    const start = position
    let key: string | null = null
    if (kind === 'map') {
      const name = readFlowKey(reading, position)
      if (keys.has(name.value)) refuse()
      keys.add(name.value)
      key = name.value
      position = name.valueAt
    }
    const node = readFlowValue(reading, position, depth + 1)
    const entry: Entry = { key, from, start, node, end: node.end, tail: node.end }
    entries.push(entry)
    position = skipSpace(text, node.end)
    const comma = text[position] === ','
    if (!comma && text[position] !== close) refuse()
    if (kind === 'map' && !comma && text[position] !== close) refuse()
    const after = comma ? position + 1 : node.end
    const tail = commentEnd(text, after)
    if (tail > after) entry.tail = tail
    from = tail
    position = skipSpace(text, from)
  }
  const id =
    kind === 'map'
      ? interner.map(
          entries.map(({ key, node }) => ({ key: key ?? '', id: node.id })),
          properties,
        )
      : interner.array(
          entries.map(({ node }) => node.id),
          properties,
        )
  return flowNode(kind, id, at, position + 1, entries, properties)
}

function readFlowKey(reading: Reading, at: number): { value: string; valueAt: number } {
  const { text } = reading
  const quoted = text[at] === '"' || text[at] === "'"
  const { value, end } = quoted ? quotedToken(text, at, -1) : flowPlainToken(text, at)
  const colon = skipSpace(text, end)
  if (text.charCodeAt(colon) !== COLON) return { value, valueAt: end }
  return { value, valueAt: skipSpace(text, colon + 1) }
}

function readFlowValue(reading: Reading, at: number, depth: number): TreeNode {
  const { text, interner } = reading
  const { properties, end: start } = readProperties(reading, at)
  const char = text[start]
  if (char === '{' || char === '[') return readFlow(reading, start, depth, properties)
  if (char === '*') return readAlias(reading, start, properties)
  if (char === '"' || char === "'") {
    const { value, end } = quotedToken(text, start, -1)
    return flowNode('scalar', interner.id(`${properties}s${value}`), start, end, [], properties)
  }
  if (char === ',' || char === '}' || char === ']') {
    if (char !== '}' && text[at - 1] === ',') refuse()
    return flowNode('scalar', interner.id(`${properties}p`), at, at, [], properties)
  }
  const { value, end } = flowPlainToken(text, start)
  return flowNode('scalar', interner.id(`${properties}${plainDescription(value)}`), start, end, [], properties)
}

/** A plain scalar on one line, up to `,`, a bracket, `: ` or a comment. */
function flowPlainToken(text: string, at: number): { value: string; end: number } {
  if (!startsPlain(text, at)) refuse()
  let end = at
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === LF || ',[]{}'.includes(text[i]!)) break
    if (code === HASH && isBreak(text, i - 1)) break
    if (code === COLON && (isBreak(text, i + 1) || ',[]{}'.includes(text[i + 1]!))) break
    if (!isBreak(text, i)) end = i + 1
  }
  return end === at ? refuse() : { value: text.slice(at, end), end }
}

/** Past blank space, line ends and comments. */
function skipSpace(text: string, at: number): number {
  let position = at
  for (;;) {
    position = skipBlanks(text, position)
    const code = text.charCodeAt(position)
    if (code === LF) position++
    else if (code === HASH && isBreak(text, position - 1)) position = nextLine(text, position) - 1
    else return position < text.length ? position : refuse()
  }
}

/** End of the comment that closes the line at `at`; `at` where there is none. */
function commentEnd(text: string, at: number): number {
  const hash = skipBlanks(text, at)
  return hash > at && text.charCodeAt(hash) === HASH ? nextLine(text, hash) - 1 : at
}
