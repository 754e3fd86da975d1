import { describe, expect, test } from 'vitest'
import { nearestName } from '../../src/kernel/nearest-name.ts'
import { compileValidator } from '../../src/schemas/ajv.ts'

const RULE = {
  type: 'object',
  required: ['field'],
  additionalProperties: false,
  properties: { field: { type: 'string' }, min: { type: 'number' } },
}

const validate = compileValidator({
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  oneOf: [{ required: ['rules'] }, { required: ['compute'] }],
  properties: {
    name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
    rules: { type: 'array', minItems: 1, items: { anyOf: [{ type: 'string' }, RULE] } },
    compute: { type: 'object', propertyNames: { pattern: '^[a-z]+$' } },
    kind: { enum: ['alpha', 'beta'] },
    count: { type: 'integer', minimum: 1, exclusiveMaximum: 10 },
    day: { type: 'string', format: 'date' },
    mode: { oneOf: [{ $ref: '#/$defs/fast' }, { $ref: '#/$defs/slow' }] },
  },
  $defs: {
    fast: { type: 'object', required: ['type'], properties: { type: { const: 'fast' }, speed: { type: 'number' } } },
    slow: { type: 'object', required: ['type'], properties: { type: { const: 'slow' }, pause: { type: 'number' } } },
  },
})

const base = { name: 'x', compute: {} }

test('a valid value has no violation, and always the same empty list', () => {
  expect(validate(base)).toEqual([])
  expect(validate(base)).toBe(validate({ name: 'y', rules: ['a'] }))
})

describe('each violation says where, what is wrong, and what would be right', () => {
  test.each([
    [{ name: 'x', compote: {} }, '/compote', 'unknown-key', 'Unknown key `compote`; did you mean `compute`?'],
    [{ nmae: 'x', compute: {} }, '/nmae', 'unknown-key', 'Unknown key `nmae`; did you mean `name`?'],
    [{ ...base, nmae: 1 }, '/nmae', 'unknown-key', 'Unknown key `nmae`; did you mean `name`?'],
    [{ ...base, zzz: 1 }, '/zzz', 'unknown-key', 'Unknown key `zzz`; known keys are `name`, `rules`, `compute`'],
    [{ compute: {} }, '/name', 'missing-key', 'The key `name` is missing; add it.'],
    [{ ...base, name: 5 }, '/name', 'wrong-type', 'Expected text, found `5`.'],
    [{ ...base, name: 'A' }, '/name', 'pattern', 'does not match the pattern `^[a-z]+$`'],
    [{ ...base, name: 'abcdef' }, '/name', 'too-long', 'Expected at most 5 characters.'],
    [{ name: 'x', rules: [] }, '/rules', 'too-few', 'Expected at least 1 item.'],
    [
      { ...base, kind: 'alhpa' },
      '/kind',
      'not-allowed-value',
      'Expected one of `alpha` or `beta`, found `"alhpa"`. Did you mean `alpha`?',
    ],
    [{ ...base, count: 0 }, '/count', 'out-of-range', 'Expected at least 1, found `0`.'],
    [{ ...base, count: 10 }, '/count', 'out-of-range', 'Expected less than 10, found `10`.'],
    [{ ...base, count: 1.5 }, '/count', 'wrong-type', 'Expected a whole number, found `1.5`.'],
    [{ ...base, day: '2024-13-01' }, '/day', 'format', 'does not have the format `date`'],
    [{ ...base, compute: { 'A B': 1 } }, '/compute/A B', 'bad-key', 'The key `A B`'],
    [[], '', 'wrong-type', 'Expected a map, found a list of 0.'],
    [null, '', 'wrong-type', 'Expected a map, found `null`.'],
  ])('%j', (value, pointer, code, detail) => {
    const violations = validate(value)
    expect(violations).toHaveLength(1)
    expect(violations[0]).toMatchObject({ pointer, code, detail: expect.stringContaining(detail) })
  })

  test('an unknown key is marked at the key, whose pointer is escaped', () => {
    expect(validate({ ...base, 'a/b~c': 1 })).toMatchObject([{ pointer: '/a~1b~0c', part: 'key' }])
  })
})

describe('alternatives are told as one would say it', () => {
  test.each([
    ['none of two keys', { name: 'x' }, [['', 'One of `rules` and `compute` is missing; add one.']]],
    ['both', { ...base, rules: ['a'] }, [['', 'Only one of `rules` and `compute` may be here; remove the others.']]],
    ['another type', { name: 'x', rules: [1] }, [['/rules/0', 'Expected text or a map, found `1`.']]],
    [
      'the meant branch',
      { name: 'x', rules: ['a', { field: 'b', min: 'c' }] },
      [['/rules/1/min', 'Expected a number, found `"c"`.']],
    ],
    [
      'a branch by its constant',
      { ...base, mode: { type: 'slow', pause: 'x' } },
      [['/mode/pause', 'Expected a number, found `"x"`.']],
    ],
    [
      'no such constant',
      { ...base, mode: { type: 'fsat' } },
      [['/mode/type', 'Expected one of `fast` or `slow`, found `"fsat"`. Did you mean `fast`?']],
    ],
  ])('%s', (_name, value, expected) => {
    expect(validate(value).map(({ pointer, detail }) => [pointer, detail])).toEqual(expected)
  })
})

test('what does not match a pattern is shown one that does, where the schema has an example', () => {
  const number = compileValidator({ type: 'string', pattern: '^PO-[0-9]{5}$', examples: ['PO-12345'] })
  expect(number('12345')).toMatchObject([
    { detail: '`"12345"` does not match the pattern `^PO-[0-9]{5}$`. An example is `"PO-12345"`.' },
  ])
})

test('all violations come at once, sorted by pointer', () => {
  const value = { nam: 1, rules: [{ field: 1 }, 5], kind: 'x', count: 'y' }
  expect(validate(value).map(({ pointer }) => pointer)).toEqual([
    '/count',
    '/kind',
    '/nam',
    '/rules/0/field',
    '/rules/1',
  ])
})

test('a near name is a third of its letters away at most', () => {
  const known = ['rules', 'compute', 'input']
  expect(['ruels', 'rule', 'RULES', 'comptue', 'inptu'].map((name) => nearestName(name, known))).toEqual([
    'rules',
    'rules',
    'rules',
    'compute',
    'input',
  ])
  expect(['x', 'zebra', '', 'r'.repeat(10_000)].map((name) => nearestName(name, known))).toEqual(
    Array(4).fill(undefined),
  )
})
