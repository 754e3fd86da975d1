import { expect, test } from 'vitest'
import { accepted } from './reading.ts'

const JSON_TEXT = '{\n  "tools": [\n    {"na/me": "x"},\n    {"b~c": [1, 22]}\n  ]\n}\n'
const YAML_TEXT = '# top\ntools:\n  - na/me: x\n  - b~c:\n      - 1\n      - 22\n    none:\n'

test.each([
  ['a.json', JSON_TEXT, '', 'value', 1, 1],
  ['a.json', JSON_TEXT, '/tools', 'key', 2, 3],
  ['a.json', JSON_TEXT, '/tools', 'value', 2, 12],
  ['a.json', JSON_TEXT, '/tools/0/na~1me', 'key', 3, 6],
  ['a.json', JSON_TEXT, '/tools/0/na~1me', 'value', 3, 15],
  ['a.json', JSON_TEXT, '/tools/1/b~0c/1', 'value', 4, 17],
  ['a.yaml', YAML_TEXT, '', 'value', 2, 1],
  ['a.yaml', YAML_TEXT, '/tools', 'key', 2, 1],
  ['a.yaml', YAML_TEXT, '/tools/0/na~1me', 'value', 3, 12],
  ['a.yaml', YAML_TEXT, '/tools/1/b~0c', 'key', 4, 5],
  ['a.yaml', YAML_TEXT, '/tools/1/b~0c/1', 'value', 6, 9],
  ['a.yaml', YAML_TEXT, '/tools/1/none', 'key', 7, 5],
] as const)('%s %# %s: %s %s', (file, text, pointer, part, line, column) => {
  expect(accepted(file, text).locate(pointer, part)).toEqual({ line, column })
})

test.each([
  ['a.json', '{"a": "1 + x"}', 1, 12],
  ['a.json', '{"a": "\\u0031 + x"}', 1, 7],
  ['a.yaml', 'a: 1 + x', 1, 8],
  ['a.yaml', "a: '1 + x'", 1, 9],
  ['a.yaml', 'a:\n  - 1\n', 1, 1],
  ['a.yaml', 'a: >-\n  1 +\n  x', 1, 4],
  ['a.yaml', 'a: 1 +\n  x', 1, 4],
] as const)(
  '%s %j: a place within a text that is written letter for letter on one line',
  (file, text, line, column) => {
    expect(accepted(file, text).locate(text.includes('- 1') ? '' : '/a', 'value', 4)).toEqual({ line, column })
  },
)

test.each([
  ['a.json', JSON_TEXT, 3, 5],
  ['a.yaml', YAML_TEXT, 3, 5],
] as const)('%s: a pointer to nothing gives the nearest ancestor that exists', (file, text, line, column) => {
  const document = accepted(file, text)
  expect(document.locate('/tools/0/absent/deeper')).toEqual({ line, column })
  expect(document.locate('/toString')).toEqual(document.locate(''))
  expect(document.locate('/tools/9')).toEqual(document.locate('/tools'))
})
