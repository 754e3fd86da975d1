import { describe, expect, test } from 'vitest'
import { accepted, rejected, summary } from './reading.ts'

describe('a JSON file is refused with the place and with what would be right', () => {
  test.each([
    ['{"a":1,}', '1:7 trailing-comma /a', 'remove the comma'],
    ['{\n  "a": [1,\n  ]\n}', '2:10 trailing-comma /a/1', 'remove the comma'],
    ['{a:1}', '1:2 unquoted-key /', 'needs double quotes'],
    ["{'a':1}", '1:2 single-quotes /', 'double quotes'],
    ['{"a":1 // why\n}', '1:8 comment /a', 'no comments'],
    ['{"a" 1}', '1:6 syntax /a', '`:` between the key and its value'],
    ['{"a":1\n "b":2}', '2:2 missing-comma /a', 'before the next key, `"b"`'],
    ['[1 2]', '1:4 missing-comma /1', 'before the next item, `2`'],
    ['[01]', '1:2 syntax /1', 'may not begin with 0'],
    ['{"a":True}', '1:6 foreign-literal /a', 'write true'],
    ['{"a":NaN}', '1:6 foreign-literal /a', 'finite numbers only'],
    ['{"a":[1,{"b":2}', '1:16 unclosed /a/2', 'the array opened at line 1, column 6; close it with `]`'],
    ['{"a":"x\n"}', '1:6 syntax /a', 'close it with a double quote'],
    ['{"a":"\\q"}', '1:6 syntax /a', 'Unknown escape'],
    ['{"a":"\\u12"}', '1:6 syntax /a', 'four hexadecimal digits'],
    ['{"a":"x\ty"}', '1:6 syntax /a', 'such as \\t'],
    ['[1.]', '1:2 syntax /0', 'digits after the point'],
    ['{"a":[}', '1:7 syntax /a/0', 'expected a value or `]`'],
    ['{"a":1} x', '1:9 syntax', 'holds one value'],
    ['{"a":hello}', '1:6 syntax /a', 'write text in double quotes'],
    ['', '1:1 empty', 'The file is empty'],
    [' \n ', '1:1 empty', 'The file is empty'],
    ['[1e999]', '1:2 number-not-finite /0', 'finite number'],
    ['{"id":12345678901234567890}', '1:7 number-not-exact /id', 'write it as a string'],
  ])('%j', (text, place, advice) => {
    const findings = rejected('a.json', text)
    expect(summary(findings)).toEqual([place])
    expect(findings[0]?.detail).toContain(advice)
  })
})

test('all repeated and dangerous keys of a JSON file are told at once, also those written as escapes', () => {
  const text = '{\n "a": 1,\n "\\u0061": 2,\n "b": {"__proto__": {"x": 1}, "constructor": 1, "c": 1, "c": 2}\n}'
  expect(summary(rejected('a.json', text))).toEqual([
    '3:2 duplicate-key /a',
    '4:8 dangerous-key /b/__proto__',
    '4:31 dangerous-key /b/constructor',
    '4:57 duplicate-key /b/c',
  ])
  expect(rejected('a.json', text)[0]?.detail).toBe(
    'The key `a` stands already at line 2, column 2; keep one of the two.',
  )
  expect(Reflect.get({}, 'x')).toBeUndefined()
})

test('the same key in two objects is no repetition', () => {
  expect(accepted('a.json', '[{"a":1},{"a":{"a":2}}]').value).toEqual([{ a: 1 }, { a: { a: 2 } }])
})

test('numbers keep what they say: the largest exact whole number, fractions, exponents, minus zero', () => {
  expect(accepted('a.json', '[9007199254740991, -0, 0.1, 1e20, -5]').value).toEqual([
    Number.MAX_SAFE_INTEGER,
    -0,
    0.1,
    1e20,
    -5,
  ])
})
