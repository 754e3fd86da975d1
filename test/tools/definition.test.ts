import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/kernel/json.ts'
import { TOOL_SCHEMA } from '../../src/tools/definition.ts'
import { startCompiler, toolOf, violationsOf } from './harness.ts'

const compiler = startCompiler()
const places = (definition: Json) => violationsOf(compiler, definition).map(({ pointer }) => pointer)

test.each([
  ['a number', 5],
  ['a list', []],
  ['null', null],
])('a tool that is %s is refused', (_, definition) => {
  expect(places(definition)).toEqual([''])
})

test('a tool needs a name, of letters, digits and a few signs', () => {
  expect(violationsOf(compiler, { rules: ['must_have_a'] })).toEqual([
    expect.objectContaining({ detail: expect.stringContaining('name') }),
  ])
  for (const name of ['', '1st', 'a b', '../x', 'a'.repeat(65)]) {
    expect(places({ name, rules: ['must_have_a'] })).toContain('/name')
  }
  for (const name of ['a', 'crm.create', 'ACMEPOValidator', 'a'.repeat(64)]) {
    expect(toolOf(compiler, { name, rules: ['must_have_a'] }).name).toBe(name)
  }
})

test('a file may say where an editor finds its schema, and the tool does not show it', () => {
  const $schema = 'https://example.com/tool.json'
  expect(toolOf(compiler, { $schema, name: 'x', rules: ['must_have_a'] })).not.toHaveProperty('$schema')
  expect(places({ $schema: 1, name: 'x', rules: ['must_have_a'] })).toEqual(['/$schema'])
})

describe('exactly one implementation', () => {
  test('none', () => {
    expect(violationsOf(compiler, { name: 'x' })).toEqual([
      { pointer: '', code: 'missing-key', detail: expect.stringMatching(/rules.*compute/) },
    ])
  })

  test('two', () => {
    const definition = { name: 'x', rules: ['must_have_a'], compute: { a: '1' } }
    expect(violationsOf(compiler, definition)).toEqual([
      { pointer: '', code: 'ambiguous', detail: expect.stringMatching(/Only one of.*rules.*compute/) },
    ])
  })
})

test('a misspelt key is refused, and the key that was meant is named', () => {
  const violations = violationsOf(compiler, { name: 'x', descripton: 'd', rules: ['must_have_a'] })
  expect(violations).toEqual([expect.objectContaining({ detail: expect.stringContaining('description') })])
})

test.each<[string, Json, string]>([
  ['an expression that is no text', { name: 'x', compute: { a: 1 } }, '/compute/a'],
  ['a result with a bad name', { name: 'x', compute: { 'a-b': '1' } }, '/compute'],
  ['no expression at all', { name: 'x', compute: {} }, '/compute'],
  ['no rule at all', { name: 'x', rules: [] }, '/rules'],
  ['a rule that is a number', { name: 'x', rules: [1] }, '/rules/0'],
  ['a rule with an unknown member', { name: 'x', rules: [{ field: 'a', maximum: 1 }] }, '/rules/0'],
  ['a bad input schema', { name: 'x', input: { type: 'nonsense' }, rules: ['must_have_a'] }, '/input'],
  ['a bad output schema', { name: 'x', output: { type: 'nonsense' }, rules: ['must_have_a'] }, '/output'],
  ['patterns that are no texts', { name: 'x', patterns: [1], rules: ['must_have_a'] }, '/patterns/0'],
  ['a malformed pattern', { name: 'x', patterns: ['{a'], rules: ['must_have_a'] }, '/patterns/0'],
])('%s is refused at its place', (_, definition, pointer) => {
  const found = places(definition)
  expect(found.length).toBeGreaterThan(0)
  for (const place of found) expect(place.startsWith(pointer)).toBe(true)
})

test('what is wrong in different members is said at once', () => {
  const definition = { name: 'a b', patterns: ['{a'], output: { type: 'nonsense' }, compute: { a: 'nope' } }
  const members = places(definition).map((pointer) => pointer.split('/')[1])
  expect(new Set(members)).toEqual(new Set(['name', 'patterns', 'output', 'compute']))
})

test('a broken rule does not hide what is wrong with the others', () => {
  const rules = [1, 'max_a: x', { feild: 'a' }, { field: 'a', min: 2, max: 1 }]
  expect(places({ name: 'x', rules })).toEqual(['/rules/0', '/rules/2/feild', '/rules/1', '/rules/3'])
})

test('a broken expression does not hide what is wrong with the others, and its name stays known', () => {
  expect(places({ name: 'x', compute: { a: 1, b: 'a + 1', c: 'nope' } })).toEqual(['/compute/a', '/compute/c'])
})

test('a file in which everything is wrong is refused, and no more than that', () => {
  const nulls = Array.from({ length: 200 }, () => null)
  expect(
    places({ name: null, rules: nulls, compute: Object.fromEntries(nulls.map((_, i) => [`a${i}`, null])) }).length,
  ).toBeGreaterThan(20)
})

test('whatever a file holds, reading it never throws', () => {
  const rule = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      'max_a: 1',
      'a_format: (',
      'required_fields: [',
      'allowed_a: [1, "x"]',
      'toString',
      'max___proto__: 1',
    ),
    fc.record({ field: fc.jsonValue(), format: fc.jsonValue(), check: fc.jsonValue() }, { requiredKeys: [] }),
  )
  const schema = fc.oneof(
    fc.jsonValue(),
    fc.record({ type: fc.jsonValue(), properties: fc.dictionary(fc.string(), fc.jsonValue()) }, { requiredKeys: [] }),
  )
  const definition = fc.record(
    {
      name: fc.oneof(fc.constant('x'), fc.jsonValue()),
      rules: fc.oneof(fc.array(rule), fc.jsonValue()),
      compute: fc.oneof(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.jsonValue())), fc.jsonValue()),
      input: schema,
      output: schema,
      patterns: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
      toString: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(definition, (value) => {
      expect(['tool', 'invalid']).toContain(compiler.compile(value as Json).kind)
    }),
    { numRuns: 300 },
  )
})

test('expressions are not blamed for an input schema that is broken', () => {
  const definition = { name: 'x', input: { type: 'nonsense', properties: { a: {} } }, compute: { b: 'a' } }
  expect(places(definition).every((pointer) => pointer.startsWith('/input'))).toBe(true)
})

test('every property of the schema is described, for editors', () => {
  const described = (schema: unknown): boolean =>
    Object.values((schema as { properties?: object }).properties ?? {}).every(
      (property) => typeof property.description === 'string' && described(property),
    )
  expect(described(TOOL_SCHEMA)).toBe(true)
  expect(described(TOOL_SCHEMA.properties.rules.items)).toBe(true)
})

test('the examples of the schema are tools that work', () => {
  const { rules, compute } = TOOL_SCHEMA.properties
  const number = { type: 'number' }
  const input = { type: 'object', properties: { price: number, quantity: number } }
  const [ruleExample] = rules.examples
  const [computeExample] = compute.examples
  expect(toolOf(compiler, { name: 'x', rules: [...ruleExample] }).kind).toBe('rules')
  expect(toolOf(compiler, { name: 'x', input, compute: { ...computeExample } }).kind).toBe('compute')
})
