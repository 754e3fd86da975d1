import { describe, expect, test } from 'vitest'
import { accepted, rejected, summary } from './reading.ts'

describe('a YAML file is refused with the place and with what would be right', () => {
  test.each([
    ['a:\n\tb: 1', '2:1 tab-as-indentation', 'indent with spaces'],
    ['a:\n  b: 1\n c: 2', '3:1 bad-indentation', 'share a column'],
    ['a: "x', '1:6 unclosed-quote', 'add the closing quote'],
    ['a: [1, 2', '1:9 unclosed', 'add `]`'],
    ['a: {b: 1\nc: 2', '2:1 unclosed', 'add `}`'],
    ['a: b: c', '1:4 nested-mapping', 'put the text in quotes'],
    ['key: value\nnext', '2:1 missing-colon', 'no colon'],
    ['a: @x', '1:4 bad-scalar', 'put the text in quotes'],
    ['a: "\\q"', '1:5 bad-escape', 'single quotes'],
    ['a: 1\n---\nb: 2', '2:1 multiple-documents', 'one document in a file'],
    ['%YAML 1.1\n---\na: 1', '1:1 directive', 'remove it'],
    ['a: !!js/function "x"', '1:4 tag', 'remove it'],
    ['a: !x 1', '1:4 tag', 'remove it'],
    ['<<: {a: 1}', '1:1 merge-key', 'write the members out'],
    ['1: a', '1:1 key-not-text', 'write "1"'],
    ['a:\n  true: b', '2:3 key-not-text /a', 'write "true"'],
    ['null: b', '1:1 key-not-text', 'write "null"'],
    ['? [a]\n: b', '1:3 key-not-text', 'keys are text'],
    [': b', '1:1 key-not-text', 'A key is missing'],
    ['a: 1\na: 2', '2:1 duplicate-key /a', 'stands already at line 1, column 1'],
    ['a: 1\n"a": 2', '2:1 duplicate-key /a', 'stands already at line 1, column 1'],
    ['a:\n  __proto__: {x: 1}', '2:3 dangerous-key /a/__proto__', 'choose another name'],
    ['a: .inf', '1:4 number-not-finite /a', 'finite number'],
    ['a: .nan', '1:4 number-not-finite /a', 'finite number'],
    ['a: 12345678901234567890', '1:4 number-not-exact /a', 'write it as a string'],
    ['a: 0xFFFFFFFFFFFFFFFE', '1:4 number-not-exact /a', 'write it as a string'],
    ['a: 1\n<<<<<<< ours\nb: 1\n=======\nb: 2\n>>>>>>> theirs\n', '2:1 conflict-markers', 'decide what is to stand'],
    ['', '1:1 empty', 'The file is empty'],
    ['# nothing yet\n', '1:1 empty', 'The file is empty'],
    ['---\n', '1:1 empty', 'The file is empty'],
  ])('%j', (text, place, advice) => {
    const findings = rejected('a.yaml', text)
    expect(summary(findings)).toEqual([place])
    expect(findings[0]?.detail).toContain(advice)
  })
})

test('an anchor and each of its aliases are told', () => {
  expect(summary(rejected('a.yml', 'a: &x 1\nb: *x\nc: [*x]'))).toEqual(['1:4 anchor', '2:4 alias', '3:5 alias'])
})

test('what breaks the rules in several places of a valid YAML file is told at once', () => {
  expect(summary(rejected('a.yaml', 'a: 1\na: 2\n3: x\nb:\n  - constructor: .nan\n'))).toEqual([
    '2:1 duplicate-key /a',
    '3:1 key-not-text',
    '5:5 dangerous-key /b/0/constructor',
    '5:18 number-not-finite /b/0/constructor',
  ])
})

test('YAML 1.2 core: yes, no, on and dates are text; only true and false are booleans', () => {
  expect(accepted('a.yaml', 'on: yes\nn: no\nd: 2024-01-01\nt: true\nx: 0x1F\no: 0o14\nz: ~\ne:\n').value).toEqual({
    on: 'yes',
    n: 'no',
    d: '2024-01-01',
    t: true,
    x: 31,
    o: 12,
    z: null,
    e: null,
  })
})

test('block texts, many of them, do not count as nesting', () => {
  const text = Array.from({ length: 300 }, (_, index) => `k${index}: |\n  some\n  text\n`).join('')
  expect(Object.keys(accepted('a.yaml', text).value as object)).toHaveLength(300)
})

test('a quoted `<<` and keys in quotes that look like numbers are ordinary keys', () => {
  expect(accepted('a.yaml', '"<<": 1\n"1": 2\n"true": 3').value).toEqual({ '<<': 1, '1': 2, true: 3 })
})
