import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/kernel/json.ts'
import { checkTenantSchema, compileTenantSchema } from '../../src/schemas/tenant-schema.ts'

describe('a mistake in a schema is told with its place', () => {
  test.each<[Json, string, string]>([
    [{ type: 'strin' }, '/input/type', 'Did you mean `string`?'],
    [{ type: 'object', propertees: {} }, '/input/propertees', 'did you mean `properties`?'],
    [{ definitions: {} }, '/input/definitions', 'calls it `$defs`'],
    [{ type: 'string', nullable: true }, '/input/nullable', '["string", "null"]'],
    [{ format: 'emial' }, '/input/format', '`email`'],
    [{ minLength: -1 }, '/input/minLength', 'at least 0'],
    [{ required: 'a' }, '/input/required', 'Expected a list'],
    [{ properties: { a: 5 } }, '/input/properties/a', 'Expected a map or true or false'],
    ['object', '/input', 'A schema is a map'],
  ])('%j', (schema, pointer, advice) => {
    const [first, ...others] = checkTenantSchema(schema, '/input')
    expect(first?.pointer).toBe(pointer)
    expect(first?.detail).toContain(advice)
    expect(others).toEqual([])
  })

  test('several mistakes are told at once', () => {
    const schema = { properties: { a: { pattern: '(?=x)' }, b: { format: 'nope' } }, $id: 'x' }
    expect(checkTenantSchema(schema, '').map(({ pointer }) => pointer)).toEqual([
      '/properties/a/pattern',
      '/properties/b/format',
      '/$id',
    ])
  })
})

test('annotations, x- keywords and the dialect are allowed', () => {
  const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'T', examples: [1], 'x-order': 1 }
  expect(checkTenantSchema(schema, '')).toEqual([])
  expect(compileTenantSchema(schema)(1)).toEqual([])
})

test('a value named like a keyword, or a property called $ref, is no keyword', () => {
  const schema: JsonObject = { properties: { $ref: { type: 'string' }, pattern: { const: { $id: '(?=' } } } }
  expect(checkTenantSchema(schema, '')).toEqual([])
  expect(compileTenantSchema(schema)({ $ref: 1 })).toMatchObject([{ pointer: '/$ref', code: 'wrong-type' }])
})

test('a recursive schema checks every level', () => {
  const schema: JsonObject = {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
        required: ['name'],
        additionalProperties: false,
      },
    },
  }
  expect(checkTenantSchema(schema, '')).toEqual([])
  const validate = compileTenantSchema(schema)
  expect(validate({ name: 'a', children: [{ name: 'b', children: [] }] })).toEqual([])
  expect(validate({ name: 'a', children: [{ other: 'b' }] })).toMatchObject([
    { pointer: '/children/0/name', code: 'missing-key' },
    { pointer: '/children/0/other', code: 'unknown-key', part: 'key' },
  ])
})

test('validation changes nothing and coerces nothing', () => {
  const schema: JsonObject = {
    type: 'object',
    properties: { a: { type: 'number', default: 1 }, b: { type: 'number' } },
    additionalProperties: false,
  }
  const validate = compileTenantSchema(schema)
  const value = { b: '2', c: 3 }
  expect(validate(value).map(({ code }) => code)).toEqual(['wrong-type', 'unknown-key'])
  expect(value).toEqual({ b: '2', c: 3 })
  expect(schema).toEqual({ ...schema, properties: { a: { type: 'number', default: 1 }, b: { type: 'number' } } })
})

test('what every object inherits is no member', () => {
  expect(compileTenantSchema({ required: ['toString'] })({})).toMatchObject([{ code: 'missing-key' }])
  expect(compileTenantSchema({ required: ['toString'] })({ toString: 1 })).toEqual([])
})

test('cents are multiples of 0.01', () => {
  const validate = compileTenantSchema({ multipleOf: 0.01 })
  expect([19.99, 0.07, 123456.78].flatMap(validate)).toEqual([])
  expect(validate(0.005)).toMatchObject([{ code: 'out-of-range' }])
})

test('uniqueItems compares as JSON Schema does: the order of keys is nothing, 1 and "1" differ', () => {
  const validate = compileTenantSchema({ uniqueItems: true })
  expect(validate([1, '1', [1], { a: 1 }, null, false, 0])).toEqual([])
  expect(
    validate([
      { a: 1, b: [2] },
      { b: [2], a: 1 },
    ]),
  ).toMatchObject([{ detail: expect.stringContaining('0 and 1') }])
  expect(compileTenantSchema({ uniqueItems: false })([1, 1])).toEqual([])
})

test('compiling one schema leaves nothing for the next', () => {
  const first = compileTenantSchema({ $defs: { a: { type: 'string' } }, $ref: '#/$defs/a' })
  const second = compileTenantSchema({ $defs: { a: { type: 'number' } }, $ref: '#/$defs/a' })
  expect([first('x'), second(1)]).toEqual([[], []])
  expect(first(1)).toHaveLength(1)
  expect(second('x')).toHaveLength(1)
})
