import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMap, isScalar, isSeq, parseDocument, stringify } from 'yaml'
import { readJson } from '../../src/rollouts/merge/json/read-json.ts'
import { sourceOf, type Tree, type TreeNode } from '../../src/rollouts/merge/tree.ts'
import { readYaml } from '../../src/rollouts/merge/yaml/read-yaml.ts'
import { documents, edited, edits } from './random-values.ts'

/** What another parser sees, in the terms of our tree: the shape, and the place of each scalar. */
type Shape = { kind: string; keys?: string[]; inner?: Shape[]; from?: number }

function shapeOf(node: TreeNode): Shape {
  if (node.kind === 'scalar') return { kind: 'scalar', ...(node.start < node.end && { from: node.start }) }
  const inner = node.entries.map((entry) => shapeOf(entry.node))
  return node.kind === 'map'
    ? { kind: 'map', keys: node.entries.map(({ key }) => key!), inner }
    : { kind: 'array', inner }
}

function yamlShape(node: unknown): Shape {
  if (isMap(node)) {
    const keys = node.items.map(({ key }) => (isScalar(key) ? (key.source ?? String(key.value)) : ''))
    return { kind: 'map', keys, inner: node.items.map(({ value }) => yamlShape(value)) }
  }
  if (isSeq(node)) return { kind: 'array', inner: node.items.map(yamlShape) }
  const [from, to] = (isScalar(node) && node.range) || [0, 0]
  return { kind: 'scalar', ...(from < to && { from }) }
}

const YAMLS = {
  'comments everywhere': '# top\n\n# a\na: 1 # one\n# b\nb:\n  # c\n  c: 2\n  # foot of b\n# last\n',
  'items at the column of their key': 'a:\n- x\n- y: 1\n  z: 2\nb: []\n',
  'items in items': '- - a\n  - b\n-\n  - c\n- d: 1\n  e:\n  - f\n',
  'block scalars':
    'a: |\n  x: 1\n   y\n\n  - z\nb: >-\n  folded\n  text\n\nc: |2\n    indented\nd: |+\n  kept\n\n\ne: 1\n',
  'flow collections': 'a: {b: 1, "c": [x, y], d: {}, e}\nf: [\n  1, # one\n  2,\n]\n',
  'plain scalars over lines': 'a: one\n  two\n  three\nb: http://x.y/z#frag\nc: a:b -c ?d\n',
  'quoted scalars over lines': 'a: "one\n  two"\nb: \'it\'\'s\n\n  here\'\n"k": v\n\'q: r\': "\\"s\\""\n',
  'empty values': 'a:\nb: # comment\n\nc:\n  d:\n- \n'.replace('- \n', ''),
  'a document marker': '---\na: 1\n',
  'anchors, aliases and tags': 'a: &x\n  b: 1\nc: *x\nd: !!str 5\ne: &y 6\nf: [*y, !t z]\n<<: *x\n',
  'a scalar alone': 'just text\n',
}

describe('reading YAML', () => {
  test.each(Object.entries(YAMLS))('%s as the yaml package does', (_, text) => {
    const document = parseDocument(text)
    expect(document.errors).toEqual([])
    const tree = readYaml(text)
    expect(withoutProperties(shapeOf(tree!.root))).toEqual(withoutProperties(yamlShape(document.contents)))
  })

  test('random documents as the yaml package does', () => {
    fc.assert(
      fc.property(documents, fc.constantFrom(2, 4), fc.boolean(), (json, indent, indentSeq) => {
        const text = stringify(json, { indent, indentSeq })
        const tree = readYaml(text)
        expect(shapeOf(tree!.root)).toEqual(yamlShape(parseDocument(text).contents))
      }),
      { numRuns: 150 },
    )
  })

  test.each([
    ['two documents', 'a: 1\n---\nb: 2\n'],
    ['a directive', '%YAML 1.2\n---\na: 1\n'],
    ['a complex key', '? a\n: b\n'],
    ['a tab as indentation', 'a:\n\tb: 1\n'],
    ['an alias without an anchor', 'a: *x\n'],
    ['one anchor twice', 'a: &x 1\nb: &x 2\n'],
    ['a line that is not indented enough', 'a:\n    b: 1\n  c: 2\n'],
    ['a key in a plain scalar', 'a: b: c\n'],
    ['an open bracket', 'a: [1, 2\n'],
    ['an open quote', 'a: "x\n'],
  ])('%s is not read', (_, text) => {
    expect(readYaml(text)).toBeUndefined()
  })
})

describe('reading JSON', () => {
  test.each(['{"a": 1,}', '// c\n[1, /* two */ 2] ', '"\\u00e9\\n"', '-0.5e+7', '{"a": {"b": [null, true, false]}}'])(
    '%s is read',
    (text) => {
      expect(readJson(text)).toBeDefined()
    },
  )

  test.each(['', '{', '[1 2]', '{"a" 1}', '{a: 1}', '01', '1.', 'nul', '"\n"', '"\\x"', '[1]]', '[,]', '{"a":1,,}'])(
    '%j is not read',
    (text) => {
      expect(readJson(text)).toBeUndefined()
    },
  )

  test('random documents as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(plainValue(readJson(text)!.root)).toEqual(JSON.parse(text))
      }),
    )
  })
})

describe('reading beside a like text', () => {
  const formats = [
    { name: 'JSON', read: readJson, write: (json: unknown) => JSON.stringify(json, null, 2) },
    { name: 'YAML', read: readYaml, write: (json: unknown) => stringify(json) },
  ]
  test.each(formats)('$name gives the tree that reading it alone gives', ({ read, write }) => {
    fc.assert(
      fc.property(documents, edits, (document, changes) => {
        const beside = read(write(document))
        const text = write(edited(document, changes))
        expect(piecesOf(read(text, beside)!)).toEqual(piecesOf(read(text)!))
      }),
      { numRuns: 150 },
    )
  })
})

/** Every piece of text and every value of a tree, wherever it is kept. */
function piecesOf({ root }: Tree): unknown {
  const pieces = (node: TreeNode): unknown => [
    node.token,
    node.isString,
    node.lines,
    node.properties,
    node.column,
    sourceOf(node),
    node.entries.map((entry) => [
      entry.key,
      entry.text.slice(entry.from, entry.start),
      entry.text.slice(entry.start, entry.valueStart),
      entry.text.slice(entry.valueEnd, entry.end),
      entry.text.slice(entry.end, entry.tail),
      pieces(entry.node),
    ]),
  ]
  return pieces(root)
}

function plainValue(node: TreeNode): unknown {
  if (node.kind === 'array') return node.entries.map((entry) => plainValue(entry.node))
  if (node.kind === 'map')
    return Object.fromEntries(node.entries.map(({ key, node: inner }) => [key, plainValue(inner)]))
  return JSON.parse(sourceOf(node))
}

/** The yaml package counts a tag or an anchor into the place of a scalar. */
function withoutProperties(shape: Shape): Shape {
  return {
    kind: shape.kind,
    ...(shape.keys && { keys: shape.keys }),
    ...(shape.inner && { inner: shape.inner.map(withoutProperties) }),
  }
}
