/**
 * Reads JSON, with the comments and trailing commas that people's files have, as a tree of ranges.
 * What is not JSON or nests too deeply is not read at all: such a text is merged by lines.
 */
import { nameRepeated } from '../repeated-keys.ts'
import { collection, type Entry, flowEntry, MAX_DEPTH, type Member, scalar, type Tree, type TreeNode } from '../tree.ts'
import { place, Twin } from '../twin.ts'

/** The tree of `text`, or undefined where it cannot be read; `beside` is a like text that has been read. */
export function readJson(text: string, beside?: Tree): Tree | undefined {
  const start = skipSpace(text, 0)
  const root = readValue(text, start, 0, beside?.root)
  return root !== undefined && skipSpace(text, root.end) === text.length ? { text, root } : undefined
}

const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const NUMBER_OR_WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y
const COMMENT = /\/\/[^\r\n]*|\/\*[\s\S]*?\*\//y

function readValue(text: string, at: number, depth: number, twin: TreeNode | undefined): TreeNode | undefined {
  const first = text[at]
  if (first === '{' || first === '[') return readCollection(text, at, depth, twin)
  if (first === '"') {
    const string = readString(text, at)
    if (string === undefined) return undefined
    const { value: token, end } = string
    return scalar({ text, start: at, end, token, isString: true, properties: '', linked: false })
  }
  NUMBER_OR_WORD.lastIndex = at
  const token = NUMBER_OR_WORD.exec(text)?.[0]
  if (token === undefined) return undefined
  const end = at + token.length
  return scalar({ text, start: at, end, token, isString: false, properties: '', linked: false })
}

function readCollection(text: string, at: number, depth: number, twinNode: TreeNode | undefined): TreeNode | undefined {
  if (depth >= MAX_DEPTH) return undefined
  const kind = text[at] === '{' ? 'map' : 'array'
  const close = kind === 'map' ? '}' : ']'
  const twin = Twin.of(twinNode, kind)
  const mayEndAt = (end: number): boolean => {
    const next = text[skipSpace(text, end)]
    return next === ',' || next === close
  }
  const entries: Entry[] = []
  let from = at + 1
  let position = skipSpace(text, from)
  while (text[position] !== close) {
    const run = twin.takeRun(entries, text, from, position)
    if (run !== undefined) {
      from = run.tail
      position = run.at
    }
    const start = position
    const taken = twin.takeOver(text, start, mayEndAt)
    const read = taken === undefined ? readMember(text, kind, start, depth, twin) : undefined
    if (taken === undefined && read === undefined) return undefined
    const end = taken === undefined ? read!.node.end : start + taken.end - taken.start
    position = skipSpace(text, end)
    const comma = text[position] === ','
    if (!comma && text[position] !== close) return undefined
    const tail = commentOnLine(text, comma ? position + 1 : end)
    entries.push(
      taken === undefined ? flowEntry(read!, text, from, start, tail) : place(taken, text, from, start, tail),
    )
    from = tail
    position = skipSpace(text, from)
  }
  const named = kind === 'map' ? nameRepeated(entries) : entries
  return collection({
    kind,
    style: 'flow',
    text,
    start: at,
    end: position + 1,
    entries: named,
    entriesEnd: from,
    column: 0,
    compact: false,
    properties: '',
    repeats: named !== entries,
    linked: false,
  })
}

function readMember(text: string, kind: 'map' | 'array', start: number, depth: number, twin: Twin): Member | undefined {
  let key: string | null = null
  let at = start
  if (kind === 'map') {
    const name = text[at] === '"' ? readString(text, at) : undefined
    if (name === undefined) return undefined
    at = skipSpace(text, name.end)
    if (text[at] !== ':') return undefined
    at = skipSpace(text, at + 1)
    key = name.value
  }
  const node = readValue(text, at, depth + 1, twin.find(key)?.node)
  return node && { key, node }
}

function readString(text: string, at: number): { value: string; end: number } | undefined {
  let escaped = false
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) {
      const value = escaped ? String(JSON.parse(text.slice(at, i + 1))) : text.slice(at + 1, i)
      return { value, end: i + 1 }
    }
    if (code < 32) return undefined
    if (code === 92) {
      ESCAPE.lastIndex = i
      const sequence = ESCAPE.exec(text)?.[0]
      if (sequence === undefined) return undefined
      escaped = true
      i += sequence.length - 1
    }
  }
  return undefined
}

/** Past blank space and comments. */
function skipSpace(text: string, at: number): number {
  let position = at
  for (;;) {
    const code = text.charCodeAt(position)
    if (code === 32 || code === 10 || code === 9 || code === 13) position++
    else if (code === 47) {
      COMMENT.lastIndex = position
      const comment = COMMENT.exec(text)
      if (comment === null) return position
      position += comment[0].length
    } else return position
  }
}

const COMMENT_ON_LINE = /[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/(?=[ \t]*(?:\r?\n|$)))/y

/** End of a comment that closes the line at `at`; `at` itself where there is none. */
function commentOnLine(text: string, at: number): number {
  COMMENT_ON_LINE.lastIndex = at
  const found = COMMENT_ON_LINE.exec(text)
  return found === null ? at : at + found[0].length
}
