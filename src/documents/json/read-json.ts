/**
 * Strict JSON (RFC 8259) to a tree, without recursion: depth costs no stack, and is refused before anything else walks
 * the value. The first syntax error ends the reading; repeated keys, dangerous keys and bad numbers are all told.
 */

import { EMPTY_FILE, keyRefusal, numberRefusal, tooDeep, tooManyNodes } from '../plain-data.ts'
import type { ReaderInput } from '../reader.ts'
import {
  type ArrayNode,
  addMember,
  arrayNode,
  closeArray,
  type ObjectNode,
  objectNode,
  type TreeNode,
} from '../tree.ts'
import { type Expectation, explain } from './syntax-error.ts'
import { jsonTokens, type Token } from './tokens.ts'

/** A collection that is open. `key` is the member whose value comes next; refused members are read but not kept. */
type Frame =
  | { kind: 'array'; node: ArrayNode; close: ']' }
  | { kind: 'object'; node: ObjectNode; close: '}'; key: string; keyOffset: number; refused: boolean }

/** What a token leads to: the next expectation, an explanation of why it may not stand here, or the end. */
type Next = Expectation | 'misplaced' | 'stop'

type Step = (token: Token) => Next

/** The tree of `text`. Undefined, with a finding in the log, where the text cannot be read to its end. */
export function readJson({ text, limits, log, positionOf }: ReaderInput): TreeNode | undefined {
  const frames: Frame[] = []
  let root: TreeNode | undefined
  let nodes = 0

  const path = () => frames.map((frame) => (frame.kind === 'object' ? frame.key : frame.node.items.length))

  const refuse = (token: Token, { code, detail }: { code: string; detail: string }) =>
    log.add(token.offset, path(), code, detail)

  /** Counts one more; without room for it the reading ends. */
  const hasRoom = (token: Token): boolean => {
    nodes += 1
    if (nodes <= limits.maxNodes) return true
    refuse(token, tooManyNodes(limits))
    return false
  }

  const place = (node: TreeNode): Next => {
    const frame = frames.at(-1)
    if (!frame) {
      root = node
      return 'end'
    }
    if (frame.kind === 'array') frame.node.items.push(node)
    else if (!frame.refused) addMember(frame.node, frame.key, frame.keyOffset, node)
    return 'comma-or-close'
  }

  const scalar = (token: Token): Next => {
    const refusal = token.kind === 'number' ? numberRefusal(token.source, Number(token.value)) : undefined
    if (refusal) refuse(token, refusal)
    return hasRoom(token) ? place({ kind: 'scalar', offset: token.offset, value: token.value }) : 'stop'
  }

  const open = (token: Token): Next => {
    if (!hasRoom(token)) return 'stop'
    if (frames.length >= limits.maxDepth) {
      refuse(token, tooDeep(limits))
      return 'stop'
    }
    const { offset } = token
    if (token.kind === '[') {
      frames.push({ kind: 'array', node: arrayNode(offset), close: ']' })
      return 'value-or-close'
    }
    frames.push({ kind: 'object', node: objectNode(offset), close: '}', key: '', keyOffset: offset, refused: false })
    return 'key-or-close'
  }

  const close = (token: Token): Next => {
    const frame = frames.at(-1)
    if (!frame || frame.close !== token.kind) return 'misplaced'
    frames.pop()
    return place(frame.kind === 'array' ? closeArray(frame.node) : frame.node)
  }

  const key = (token: Token): Next => {
    if (!hasRoom(token)) return 'stop'
    const frame = frames.at(-1)
    if (frame?.kind !== 'object') return 'misplaced'
    frame.key = String(token.value)
    frame.keyOffset = token.offset
    const refusal = keyRefusal(frame.node, frame.key, positionOf)
    frame.refused = refusal !== undefined
    if (refusal) refuse(token, refusal)
    return 'colon'
  }

  const comma = (): Next => (frames.at(-1)?.kind === 'object' ? 'key' : 'value')

  const values = { '{': open, '[': open, string: scalar, number: scalar, literal: scalar }
  const grammar: Readonly<Record<Expectation, Partial<Record<Token['kind'], Step>>>> = {
    value: values,
    'value-or-close': { ...values, ']': close },
    key: { string: key },
    'key-or-close': { string: key, '}': close },
    colon: { ':': () => 'value' },
    'comma-or-close': { ',': comma, '}': close, ']': close },
    end: { end: () => 'stop' },
  }

  if (text.trim() === '') {
    log.add(0, [], EMPTY_FILE.code, EMPTY_FILE.detail)
    return undefined
  }

  const nextToken = jsonTokens(text)
  let expected: Expectation = 'value'
  let previous: Token | undefined
  for (;;) {
    const token = nextToken()
    const step: Step | undefined = token.problem === undefined ? grammar[expected][token.kind] : undefined
    const next: Next = step ? step(token) : 'misplaced'
    if (next === 'stop') return root
    if (next === 'misplaced') {
      const frame = frames.at(-1)
      const opened = frame && { close: frame.close, ...positionOf(frame.node.offset) }
      const { offset, code, detail } = explain({ token, previous, expected, open: opened })
      log.add(offset, path(), code, detail)
      return undefined
    }
    expected = next
    previous = token
  }
}
