import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/kernel/json.ts'
import { compilePattern } from '../../src/schemas/regexp.ts'
import { checkTenantSchema, compileTenantSchema } from '../../src/schemas/tenant-schema.ts'

const codes = (schema: Json) => checkTenantSchema(schema, '/input').map(({ code, pointer }) => `${code} ${pointer}`)

/** A validator of a schema that is in order. */
const validator = (schema: JsonObject) => {
  expect(checkTenantSchema(schema, '')).toEqual([])
  return compileTenantSchema(schema)
}

const nested = (depth: number, wrap: (inner: JsonObject) => JsonObject): JsonObject => {
  let schema: JsonObject = {}
  for (let level = 0; level < depth; level++) schema = wrap(schema)
  return schema
}

describe('a schema that reaches out of itself is refused', () => {
  test.each<[string, JsonObject, string]>([
    ['$data', { properties: { a: { minimum: { $data: '1/b' } } } }, 'schema-keyword /input/properties/a/minimum'],
    ['a remote $ref', { $ref: 'https://example.com/a.json' }, 'schema-ref /input/$ref'],
    ['a file $ref', { items: { $ref: 'file:///etc/passwd' } }, 'schema-ref /input/items/$ref'],
    ['a $ref to another schema by path', { $ref: '/schemas/tool.json' }, 'schema-ref /input/$ref'],
    ['a $ref to the meta-schema', { $ref: 'https://json-schema.org/draft/2020-12/schema' }, 'schema-ref /input/$ref'],
    ['a $ref to nothing', { $ref: '#/$defs/none' }, 'schema-ref /input/$ref'],
    ['a $ref into a default', { default: { type: 'x' }, items: { $ref: '#/default' } }, 'schema-ref /input/items/$ref'],
    ['a $ref with broken escapes', { $ref: '#/$defs/%zz' }, 'schema-ref /input/$ref'],
    ['$id', { $id: '/schemas/tool.json' }, 'schema-keyword /input/$id'],
    ['$anchor', { $defs: { a: { $anchor: 'x' } } }, 'schema-keyword /input/$defs/a/$anchor'],
    ['$dynamicRef', { $dynamicRef: '#meta' }, 'schema-keyword /input/$dynamicRef'],
    ['another dialect', { $schema: 'http://json-schema.org/draft-07/schema#' }, 'schema-dialect /input/$schema'],
  ])('%s', (_name, schema, finding) => {
    expect(codes(schema)).toEqual([finding])
  })
})

describe('a schema that would cost too much is refused', () => {
  test('depth 1,000, of properties and of not', () => {
    expect(codes(nested(1_000, (a) => ({ properties: { a } })))).toEqual(['schema-too-large /input'])
    expect(codes(nested(100_000, (not) => ({ not })))).toEqual(['schema-too-large /input'])
  })

  test('more than 64 KB', () => {
    expect(codes({ description: 'x'.repeat(64 * 1024) })).toEqual(['schema-too-large /input'])
  })

  test('an enum of 2,000 values', () => {
    expect(codes({ enum: Array.from({ length: 2_000 }, (_, index) => index) })).toEqual([
      'schema-too-large /input/enum',
    ])
  })

  test('a schema that applies itself to the same value without end', () => {
    expect(codes({ $ref: '#' })).toEqual(['schema-loop /input'])
    expect(codes({ allOf: [{ anyOf: [{ $ref: '#' }] }] })).toEqual(['schema-loop /input'])
    const two = { $ref: '#/$defs/a', $defs: { a: { not: { $ref: '#/$defs/b' } }, b: { if: { $ref: '#/$defs/a' } } } }
    expect(codes(two)).toEqual(['schema-loop /input/$defs/a'])
  })

  test('a chain of definitions that doubles at each of 40 links', () => {
    const $defs: JsonObject = { d40: { type: 'string' } }
    for (let link = 0; link < 40; link++) {
      const $ref = `#/$defs/d${link + 1}`
      $defs[`d${link}`] = { allOf: [{ $ref }, { $ref }] }
    }
    expect(codes({ $ref: '#/$defs/d0', $defs })).toEqual(['schema-too-complex /input'])
  })
})

describe('what is accepted stays cheap, whatever the value', () => {
  test('`^(a+)+$` is linear', () => {
    const validate = validator({ type: 'string', pattern: '^(a+)+$' })
    expect(validate(`${'a'.repeat(40)}!`)).toHaveLength(1)
    expect(validate(`${'a'.repeat(500_000)}!`)).toHaveLength(1)
    expect(validate('a'.repeat(40))).toEqual([])
  })

  test('uniqueItems over 200,000 lists is linear', () => {
    const validate = validator({ type: 'array', uniqueItems: true })
    const items = Array.from({ length: 200_000 }, (_, index) => [index])
    expect(validate(items)).toEqual([])
    expect(validate([...items, [0]])).toMatchObject([{ code: 'not-unique', pointer: '' }])
  })

  test('a recursive schema that doubles at each level of the value gives up with a violation', () => {
    const validate = validator({ type: 'object', properties: { x: { allOf: [{ $ref: '#' }, { $ref: '#' }] } } })
    expect(validate(nested(8, (x) => ({ x })))).toEqual([])
    expect(validate(nested(60, (x) => ({ x })))).toMatchObject([{ code: 'too-complex' }])
    expect(validate({ x: {} })).toEqual([])
  })

  test('a value deeper than the stack is a violation, not a RangeError', () => {
    const deep = nested(100_000, (left) => ({ left }))
    expect(validator({ properties: { left: { $ref: '#' } } })(deep)).toMatchObject([{ code: 'too-complex' }])
    expect(validator({ uniqueItems: true })([deep, deep])).toMatchObject([{ code: 'too-complex' }])
  })

  test('many alternatives on many items are refused before they are tried', () => {
    const validate = validator({ items: { anyOf: Array.from({ length: 500 }, (_, index) => ({ const: index })) } })
    expect(validate([1, 499])).toEqual([])
    expect(validate(Array.from({ length: 300_000 }, () => 499))).toMatchObject([{ code: 'too-complex' }])
  })

  test('a large bad value is told its first violation, a small one all of them, and never more than 50', () => {
    const validate = validator({ items: { type: 'string' } })
    expect(validate(Array.from({ length: 100_000 }, () => 1))).toHaveLength(1)
    expect(validate([1, 'a', 2])).toHaveLength(2)
    expect(validate(Array.from({ length: 900 }, () => 1))).toHaveLength(50)
  })

  test('a chain of 1,500 references is followed without recursion', () => {
    const $defs: JsonObject = { d1500: { type: 'string' } }
    for (let link = 0; link < 1_500; link++) $defs[`d${link}`] = { $ref: `#/$defs/d${link + 1}` }
    const validate = validator({ $ref: '#/$defs/d0', $defs })
    expect(validate('text')).toEqual([])
    expect(validate(1)).toHaveLength(1)
  })
})

describe('patterns that RE2 does not read are refused with the reason', () => {
  test.each([
    ['^(?=a)', 'no lookahead'],
    ['^(?!a)', 'no lookahead'],
    ['(?<=a)b', 'no lookbehind'],
    ['(?<!a)b', 'no lookbehind'],
    ['(a)\\1', 'no back-references'],
    ['[', 'missing closing ]'],
    ['(a', 'missing closing )'],
    ['(a{500}){500}', 'invalid repeat count'],
    ['a'.repeat(1_001), 'at most 1000 characters'],
  ])('%s', (pattern, reason) => {
    const compiled = compilePattern(pattern)
    expect(compiled.kind === 'invalid' && compiled.detail).toContain(reason)
    expect(codes({ pattern })).toEqual(['schema-pattern /input/pattern'])
    expect(codes({ patternProperties: { [pattern]: {} } })[0]).toMatch(/^schema-pattern \/input\/patternProperties\//)
  })

  test.each([
    ['^PO-[0-9]{5}$', 'PO-12345', 'PO-123456'],
    ['^\\p{L}+$', 'Grüße', 'a1'],
    ['(?<year>\\d{4})', 'in 2024', 'in 24'],
    ['^\\u0041\\x42$', 'AB', 'ab'],
    ['b', 'abc', 'ac'],
  ])('%s is read as JavaScript would', (pattern, good, bad) => {
    const compiled = compilePattern(pattern)
    expect(compiled.kind === 'pattern' && [compiled.test(good), compiled.test(bad)]).toEqual([true, false])
  })
})

test('two patterns in one schema are kept apart', () => {
  const validate = validator({ properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } } })
  expect(validate({ a: 'a', b: 'b' })).toEqual([])
  expect(validate({ a: 'b', b: 'a' })).toHaveLength(2)
})
