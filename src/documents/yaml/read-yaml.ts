/**
 * YAML 1.2 (core schema) to a tree: the guard first, then the `yaml` package, then our own rules while its nodes become
 * plain data. What is left of YAML is maps, lists and scalars: whatever JSON can say, written for people.
 * `uniqueKeys` is off because that check is quadratic (40,000 keys take 14 s); ours is a `Map`.
 */
import {
  Composer,
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { type Path, quoted } from '../finding.ts'
import { EMPTY_FILE, keyRefusal, numberRefusal, type Refusal, tooDeep, tooManyNodes } from '../plain-data.ts'
import type { ReaderInput } from '../reader.ts'
import { addMember, arrayNode, closeArray, objectNode, type TreeNode } from '../tree.ts'
import { explainYaml, SECOND_DOCUMENT } from './error.ts'
import { guardedTokens } from './guard.ts'

/** The tree of `text`. Undefined, with findings in the log, where it is not a YAML document that this product takes. */
export function readYaml(input: ReaderInput): TreeNode | undefined {
  const tokens = guardedTokens(input)
  if (!tokens) return undefined
  const { text, log, positionOf } = input
  const composer = new Composer({ version: '1.2', uniqueKeys: false, merge: false })
  const [document, second] = composer.compose(tokens, true, text.length)
  if (!document) return undefined
  if (second) log.add(second.range[0], [], SECOND_DOCUMENT.code, SECOND_DOCUMENT.detail)
  // One mistake confuses the rest of its line; only the first of a line helps.
  const toldLines = new Set<number>()
  for (const problem of [...document.errors, ...document.warnings]) {
    const offset = problem.pos[0]
    const { line } = positionOf(offset)
    if (toldLines.has(line)) continue
    toldLines.add(line)
    const { code, detail } = explainYaml(problem)
    log.add(offset, [], code, detail)
  }
  if (document.errors.length > 0) return undefined
  if (isEmpty(document)) {
    log.add(0, [], EMPTY_FILE.code, EMPTY_FILE.detail)
    return undefined
  }
  return treeOf(document, input)
}

/** Nothing but white space, comments and `---`; a written `null` is a value. */
function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && !contents.source)
}

function treeOf(document: Document.Parsed, { limits, log, positionOf }: ReaderInput): TreeNode | undefined {
  let nodes = 0
  let complete = true

  const refuse = (offset: number, path: Path, { code, detail }: Refusal) => log.add(offset, path, code, detail)

  const stop = (offset: number, path: Path, refusal: Refusal) => {
    if (complete) refuse(offset, path, refusal)
    complete = false
  }

  /** `fallback` is where a value that is not written (as in `key:`) would stand. */
  const build = (node: unknown, path: Path, fallback: number): TreeNode => {
    const offset = offsetOf(node) ?? fallback
    nodes += 1
    if (nodes > limits.maxNodes) stop(offset, path, tooManyNodes(limits))
    if (isScalar(node)) return scalar(node, path, offset)
    if (!isMap(node) && !isSeq(node)) return { kind: 'scalar', offset, value: null }
    if (path.length >= limits.maxDepth) stop(offset, path, tooDeep(limits))
    if (!complete) return { kind: 'scalar', offset, value: null }
    return isMap(node) ? map(node, path, offset) : list(node, path, offset)
  }

  const scalar = ({ value, source }: Scalar, path: Path, offset: number): TreeNode => {
    if (typeof value === 'number') {
      const refusal = numberRefusal(source ?? String(value), value)
      if (refusal) refuse(offset, path, refusal)
      return { kind: 'scalar', offset, value }
    }
    const isPlain = typeof value === 'string' || typeof value === 'boolean'
    return { kind: 'scalar', offset, value: isPlain ? value : null }
  }

  const list = ({ items }: YAMLSeq, path: Path, offset: number): TreeNode => {
    const tree = arrayNode(offset)
    items.forEach((item, index) => {
      if (complete) tree.items.push(build(item, [...path, index], offset))
    })
    return closeArray(tree)
  }

  const map = ({ items }: YAMLMap, path: Path, offset: number): TreeNode => {
    const tree = objectNode(offset)
    for (const pair of items) {
      if (!complete) break
      nodes += 1
      const keyOffset = offsetOf(pair.key) ?? offset
      const name = keyName(pair)
      if (typeof name !== 'string') {
        refuse(keyOffset, path, name)
        continue
      }
      const at = [...path, name]
      const refusal = keyRefusal(tree, name, positionOf)
      if (refusal) refuse(keyOffset, at, refusal)
      const value = build(pair.value, at, keyOffset)
      if (!refusal) addMember(tree, name, keyOffset, value)
    }
    return tree
  }

  const tree = build(document.contents, [], 0)
  return complete ? tree : undefined
}

/** The start of a node in the text, where the parser knows it. */
function offsetOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? undefined) : undefined
}

/** The key of a pair, or why it cannot be one. */
function keyName({ key }: Pair): string | Refusal {
  if (isMap(key) || isSeq(key))
    return { code: 'key-not-text', detail: 'A map or a list cannot be a key; keys are text.' }
  if (!isScalar(key)) return { code: 'key-not-text', detail: 'A key is missing before the colon.' }
  if (key.value === '<<' && key.type === 'PLAIN')
    return { code: 'merge-key', detail: 'Merge keys (`<<`) are not allowed; write the members out.' }
  if (typeof key.value === 'string') return key.value
  if (!key.source) return { code: 'key-not-text', detail: 'A key is missing before the colon.' }
  const kind = key.value === null ? 'null' : typeof key.value === 'number' ? 'a number' : 'a boolean'
  return { code: 'key-not-text', detail: `The key ${quoted(key.source)} is ${kind}, not text; write "${key.source}".` }
}
