/** Reads YAML's flow style: `[a, b]`, `{a: 1}`. One-pair items (`[a: 1]`) are not read. */
import { nameRepeated } from '../repeated-keys.ts'
import { collection, type Entry, flowEntry, MAX_DEPTH, type Member, sourceOf, type TreeNode } from '../tree.ts'
import { place, Twin } from '../twin.ts'
import { readAlias, readProperties } from './properties.ts'
import { plainToken, quotedToken, scalarNode, startsPlain, stringToken } from './read-scalar.ts'
import { COLON, HASH, isBreak, LF, nextLine, type Reading, refuse, skipBlanks } from './reading.ts'

/** The collection that begins at `at`; `depth` counts what encloses it, `beside` is what a like text has here. */
export function readFlow(
  reading: Reading,
  at: number,
  depth: number,
  properties: string,
  beside: TreeNode | undefined,
): TreeNode {
  if (depth >= MAX_DEPTH) refuse()
  const { text } = reading
  const kind = text[at] === '{' ? 'map' : 'array'
  const close = kind === 'map' ? '}' : ']'
  const twin = Twin.of(beside, kind)
  const mayEndAt = (end: number): boolean => {
    const next = text[skipSpace(text, end)]
    return next === ',' || next === close
  }
  const entries: Entry[] = []
  let from = at + 1
  let position = skipSpace(text, from)
  let hasComplexKey = false
  while (text[position] !== close) {
    const run = twin.takeRun(entries, text, from, position)
    if (run !== undefined) {
      from = run.tail
      position = run.at
    }
    const start = position
    if (kind === 'map' && (text[start] === '{' || text[start] === '[')) hasComplexKey = true
    const taken = twin.takeOver(text, start, mayEndAt)
    const read = taken === undefined ? readMember(reading, kind, start, depth, twin) : undefined
    const end = taken === undefined ? read!.node.end : start + taken.end - taken.start
    position = skipSpace(text, end)
    const comma = text[position] === ','
    if (!comma && text[position] !== close) refuse()
    const tail = commentEnd(text, comma ? position + 1 : end)
    entries.push(
      taken === undefined ? flowEntry(read!, text, from, start, tail) : place(taken, text, from, start, tail),
    )
    from = tail
    position = skipSpace(text, from)
  }
  const end = position + 1
  if (hasComplexKey) return scalarNode(reading, { token: text.slice(at, end), isString: false }, at, end, properties)
  const named = kind === 'map' ? nameRepeated(entries) : entries
  const linked = properties.includes('&') || entries.some(({ node }) => node.linked)
  return collection({
    kind,
    style: 'flow',
    text,
    start: at,
    end,
    entries: named,
    entriesEnd: from,
    column: 0,
    compact: false,
    properties,
    repeats: named !== entries,
    linked,
  })
}

function readMember(reading: Reading, kind: 'map' | 'array', start: number, depth: number, twin: Twin): Member {
  if (reading.text[start] === ',') refuse()
  const name = kind === 'map' ? readFlowKey(reading, start, depth + 1) : undefined
  const key = name?.value ?? null
  return { key, node: readFlowValue(reading, name?.valueAt ?? start, depth + 1, twin.find(key)?.node) }
}

/** The key at `at`. One that is a collection (`{{ name }}` in a template) makes its map a thing to take whole. */
function readFlowKey(reading: Reading, at: number, depth: number): { value: string; valueAt: number } {
  const { text } = reading
  if (text[at] === '{' || text[at] === '[') {
    const key = readFlow(reading, at, depth, '', undefined)
    const colon = skipSpace(text, key.end)
    const value = sourceOf(key)
    return { value, valueAt: text.charCodeAt(colon) === COLON ? skipSpace(text, colon + 1) : key.end }
  }
  const quoted = text[at] === '"' || text[at] === "'"
  const { value, end } = quoted ? quotedToken(text, at, -1) : flowPlainToken(text, at)
  const colon = skipSpace(text, end)
  if (text.charCodeAt(colon) !== COLON) return { value, valueAt: end }
  return { value, valueAt: skipSpace(text, colon + 1) }
}

function readFlowValue(reading: Reading, at: number, depth: number, beside: TreeNode | undefined): TreeNode {
  const { text } = reading
  const { properties, end: start } = readProperties(reading, at)
  const char = text[start]
  if (char === '{' || char === '[') return readFlow(reading, start, depth, properties, beside)
  if (char === '*') return readAlias(reading, start, properties)
  if (char === '"' || char === "'") {
    const { value, end } = quotedToken(text, start, -1)
    return scalarNode(reading, stringToken(value, properties), start, end, properties)
  }
  const next = text[skipSpace(text, start)]!
  if (',]}'.includes(next)) {
    return scalarNode(reading, plainToken('', properties), at, at, properties)
  }
  const { value, end } = flowPlainToken(text, start)
  return scalarNode(reading, plainToken(value, properties), start, end, properties)
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
