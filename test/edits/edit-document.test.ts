/** What an edit leaves as it was, and how what is new is laid out. */
import { describe, expect, test } from 'vitest'
import { editDocument } from '../../src/edits/edit-document.ts'
import type { Json } from '../../src/kernel/json.ts'

function edit(path: string, text: string, next: Json): string {
  const edited = editDocument(path, Buffer.from(text), () => next)
  return edited.kind === 'edited' ? Buffer.from(edited.bytes).toString() : expect.fail(JSON.stringify(edited))
}

type Example = [name: string, before: string, value: Json, after: string]

const JSON_EXAMPLES: Example[] = [
  ['one line stays one line', '{"a":1,"b":2}', { a: 1, b: 3, c: { d: [1, 2] } }, '{"a":1,"b":3,"c":{"d":[1,2]}}'],
  ['spaces as they are elsewhere', '{ "a": 1 }\n', { a: 1, b: { c: 2 } }, '{ "a": 1, "b": { "c": 2 } }\n'],
  ['the first member goes', '{\n  "a": 1,\n  "b": 2\n}\n', { b: 2 }, '{\n  "b": 2\n}\n'],
  ['the last member goes, and the comma before it', '{\n  "a": 1,\n  "b": 2\n}\n', { a: 1 }, '{\n  "a": 1\n}\n'],
  ['all members go', '{\n  "a": { "b": 2 }\n}\n', { a: {} }, '{\n  "a": {}\n}\n'],
  [
    'what is new is indented as the rest',
    '{\n\t"a": {}\n}\n',
    { a: { x: { y: [true] } } },
    '{\n\t"a": {\n\t\t"x": {\n\t\t\t"y": [\n\t\t\t\ttrue\n\t\t\t]\n\t\t}\n\t}\n}\n',
  ],
  [
    'a new item is written like its neighbours',
    '{\n  "rules": [\n    { "n": 1 },\n    { "n": 2 }\n  ]\n}\n',
    { rules: [{ n: 0 }, { n: 1 }, { n: 2, m: [3] }] },
    '{\n  "rules": [\n    { "n": 0 },\n    { "n": 1 },\n    { "n": 2, "m": [3] }\n  ]\n}\n',
  ],
  [
    'short lists on a line where there are such',
    '{\n  "a": [1, 2]\n}\n',
    { a: [1, 2, 3], b: ['x'], c: { d: [] } },
    '{\n  "a": [1, 2, 3],\n  "b": ["x"],\n  "c": {\n    "d": []\n  }\n}\n',
  ],
  ['an item is removed by value, not by place', '["a", "b", "c"]', ['a', 'c'], '["a", "c"]'],
  ['numbers are not rewritten', '{"a": 1.0, "b": 1e3}', { a: 1, b: 1000, c: 2 }, '{"a": 1.0, "b": 1e3, "c": 2}'],
  ['odd blanks stay', '{ "a"  :1 ,\n"b":2}', { a: 5, b: 2 }, '{ "a"  :5 ,\n"b":2}'],
  ['CRLF', '{\r\n  "a": 1\r\n}\r\n', { a: 1, b: 2 }, '{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n'],
  ['a byte order mark, and no end of the last line', '\ufeff{"a": 1}', { a: 2 }, '\ufeff{"a": 2}'],
  ['characters that no file may have are escaped', '{"a": ""}', { a: '\u007f\u0000' }, '{"a": "\\u007f\\u0000"}'],
  ['another kind of document', '{}\n', [1], '[\n  1\n]\n'],
]

const YAML_EXAMPLES: Example[] = [
  [
    'comments stay, but for the one above what is removed',
    '# file\n\n# about a\na: 1 # one\n# about b\nb: 2\n\n# about c\nc: 3\n',
    { a: 5, c: 3 },
    '# file\n\n# about a\na: 5 # one\n\n# about c\nc: 3\n',
  ],
  ["the comment at the top is the file's", '# limits\na: 1\nb: 2\n', { b: 2 }, '# limits\nb: 2\n'],
  [
    'a comment that a blank line parts from what is removed',
    'a: 1\n\n# a section\n\n# about b\nb: 2\nc: 3\n',
    { a: 1, c: 3 },
    'a: 1\n\n# a section\n\nc: 3\n',
  ],
  [
    'a comment at the end of a map',
    'a:\n  b: 1\n  # more to come\nc: 2\n',
    { a: { b: 1, d: 0 }, c: 2 },
    'a:\n  b: 1\n  d: 0\n  # more to come\nc: 2\n',
  ],
  ['a scalar becomes a map', 'a: 5 # five\nb: 1\n', { a: { x: [1] }, b: 1 }, 'a: # five\n  x:\n    - 1\nb: 1\n'],
  ['a map becomes a scalar', 'a: # none\n  x: 1\nb: 1\n', { a: null, b: 1 }, 'a: null # none\nb: 1\n'],
  ['an emptied map', 'a:\n  x: 1\nb: 1\n', { a: {}, b: 1 }, 'a: {}\nb: 1\n'],
  ['a value that was not written', 'a:\nb: 1\n', { a: 'x', b: 1 }, 'a: x\nb: 1\n'],
  ['flow style', 'a: {x: 1, y: 2} # xy\n', { a: { x: 1, z: 'q, r' } }, 'a: {x: 1, z: "q, r"} # xy\n'],
  ['a key alone in flow style', 'a: {x}\n', { a: { x: 3 } }, 'a: {x: 3}\n'],
  ['flow style over lines', 'a: [\n  1, # one\n  2,\n]\n', { a: [1, 2, 3] }, 'a: [\n  1, # one\n  2,\n  3,\n]\n'],
  ['the first key of an item', 'l:\n  - a: 1\n    b: 2\n  - c\n', { l: [{ b: 2 }, 'c'] }, 'l:\n  - b: 2\n  - c\n'],
  [
    'the first key of an item, with a comment on the next',
    'l:\n  - a: 1\n    # b\n    b: 2\n',
    { l: [{ b: 2 }] },
    'l:\n  - # b\n    b: 2\n',
  ],
  [
    'lists at the column of their key',
    'l:\n- a: 1\n- c\n',
    { l: ['x', { a: 1 }, 'c', { d: [1] }] },
    'l:\n- x\n- a: 1\n- c\n- d:\n  - 1\n',
  ],
  ['lists in lists', '- - a\n  - b\n', [['x', 'a'], ['z']], '- - x\n  - a\n- - z\n'],
  [
    'a list pairs what has one name',
    'l:\n  # about x\n  - { name: x, n: 1 }\n  - { name: y, n: 2 }\n',
    {
      l: [
        { name: 'w', n: 0 },
        { name: 'x', n: 9 },
        { name: 'y', n: 2 },
      ],
    },
    'l:\n  - { name: w, n: 0 }\n  # about x\n  - { name: x, n: 9 }\n  - { name: y, n: 2 }\n',
  ],
  ['quotes as they were', 's: \'a\'\nt: "b"\nu: c\n', { s: 'x: y', t: 'z', u: 'on' }, 's: \'x: y\'\nt: "z"\nu: "on"\n'],
  ['lines of a block', 'b: | # note\n  x\n\nc: 1\n', { b: 'z\nw', c: 1 }, 'b: |- # note\n  z\n  w\n\nc: 1\n'],
  ['a block becomes a word', 'b: >-\n  x\n  y\nc: 1\n', { b: 'z', c: 1 }, 'b: z\nc: 1\n'],
  ['a text over lines is a block', 'a: 1\n', { a: 1, b: 'x\ny\n' }, 'a: 1\nb: |\n  x\n  y\n'],
  ['four spaces', 'a:\n    b: 1\n', { a: { b: 1, c: { d: 2 } } }, 'a:\n    b: 1\n    c:\n        d: 2\n'],
  ['mixed line ends stay mixed', 'a: 1\r\nb: 2\nc: 3\r\n', { a: 1, b: 2, d: 3 }, 'a: 1\r\nb: 2\nd: 3\r\n'],
  ['no end of the last line', 'a: 1', { a: 1, b: 2 }, 'a: 1\nb: 2'],
  ['a document marker', '---\n# top\na: 1\n', { b: 2 }, '---\n# top\nb: 2\n'],
  ['a new document', '{}\n', { a: 1, b: { c: ['yes'] } }, 'a: 1\nb:\n  c:\n    - "yes"\n'],
]

describe('JSON', () => {
  test.each(JSON_EXAMPLES)('%s', (_, before, value, after) => {
    expect(edit('config/x.json', before, value)).toBe(after)
  })
})

describe('YAML', () => {
  test.each(YAML_EXAMPLES)('%s', (_, before, value, after) => {
    expect(edit('config/x.yaml', before, value)).toBe(after)
  })
})

test('the same value is the same bytes', () => {
  const bytes = Buffer.from('{ "b":1,\r\n"a" : [ ] }')
  expect(editDocument('x.json', bytes, (value) => structuredClone(value))).toEqual({ kind: 'edited', bytes })
})

test.each<[string, string, Json, object]>([
  [
    'a file that is broken already',
    'a: [1\n',
    2,
    { kind: 'unreadable', findings: [{ line: 2, column: 1, code: 'unclosed' }] },
  ],
  [
    'a key that no file may have',
    'a: 1\n',
    { constructor: 1 },
    { kind: 'refused', findings: [{ line: 1, code: 'dangerous-key' }] },
  ],
  [
    'a number that would lose digits',
    'a: 1\n',
    { a: 2 ** 60 },
    { kind: 'refused', findings: [{ code: 'number-not-exact' }] },
  ],
  [
    'a value deeper than any file',
    'a: 1\n',
    Array.from({ length: 5_000 }).reduce<Json>((inner) => [inner], 1),
    { kind: 'refused', findings: [{ line: 1, column: 1, code: 'too-deep' }] },
  ],
  [
    'a value larger than any file',
    '{}',
    new Array(300_000).fill(0),
    { kind: 'refused', findings: [{ code: 'too-many-nodes' }] },
  ],
  ['a layout that is not followed: a key with ?', '? a\n: 1\n', { a: 2 }, { kind: 'unwritable' }],
])('%s is told, and nothing is written', (_, text, next, told) => {
  expect(editDocument('x.yaml', Buffer.from(text), () => next)).toMatchObject(told)
})
