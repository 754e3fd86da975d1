import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.ts'
import { checkPatterns } from '../../src/routing/patterns.ts'
import { routerOf } from './router-of.ts'

const INPUT: JsonObject = {
  type: 'object',
  properties: {
    customer: { type: 'string' },
    order_id: { type: 'string' },
    amount: { type: 'number' },
    count: { type: 'integer' },
    urgent: { type: 'boolean' },
    unit: { enum: ['EUR', 'USD'] },
    lines: { type: 'array' },
    empty: { enum: [null] },
    nothing: { type: 'null' },
  },
}

const check = (pattern: string, input: JsonObject | undefined = INPUT) => checkPatterns([pattern], input, '/patterns')

describe('patterns that are right', () => {
  test.each([
    'process {customer} order {order_id}',
    'pay {amount}{unit}',
    '{amount} {unit}',
    'greet { customer }!',
    'order-{order_id}',
    'list everything',
    'greet {customer} {order_id}',
  ])('%s', (pattern) => {
    expect(check(pattern)).toEqual([])
  })

  test('without a schema, or with one that lists no properties, a slot may have any name', () => {
    expect(checkPatterns(['say {anything}'], undefined, '/patterns')).toEqual([])
    expect(check('say {anything}', { type: 'object' })).toEqual([])
  })
})

describe('patterns that are wrong say what would be right', () => {
  test.each([
    ['process {customer', 'pattern-malformed', /no partner.*"\{order_id\}"/],
    ['process customer}', 'pattern-malformed', /no partner/],
    ['process {{customer}}', 'pattern-malformed', /no partner/],
    ['process {}', 'pattern-slot-name', /empty/],
    ['process { }', 'pattern-slot-name', /empty/],
    ['process {order id}', 'pattern-slot-name', /"order id" is no name/],
    ['process {1st}', 'pattern-slot-name', /beginning with a letter/],
    ['process {__proto__}', 'pattern-slot-name', /"__proto__" is no name/],
    ['from {customer} to {customer}', 'pattern-slot-repeated', /"customer" stands twice/],
    ['process {custmer}', 'pattern-slot-unknown', /did you mean "customer"\?$/],
    ['process {xyzzyplugh}', 'pattern-slot-unknown', /it has "customer", "order_id"/],
    ['process {lines}', 'pattern-slot-type', /"lines" is of type array/],
    ['process {nothing}', 'pattern-slot-type', /"nothing" is of type null/],
    ['process {empty}', 'pattern-slot-type', /enum/],
    ['process {customer}{order_id}', 'pattern-ambiguous', /"customer" ends and "order_id" begins/],
    ['process {amount}{count}', 'pattern-ambiguous', /put a blank/],
    ['{customer}', 'pattern-too-vague', /fits any text/],
    ['{customer}: {order_id}?', 'pattern-too-vague', /word of its own/],
    ['', 'pattern-too-vague', /word of its own/],
    [`process ${'x'.repeat(200)}`, 'pattern-too-long', /208 characters.*at most 200/],
    [
      Array.from({ length: 9 }, (_, at) => `w {s${at}}`).join(' '),
      'pattern-too-many-slots',
      /9 slots; at most 8/,
      { type: 'object' },
    ],
  ])('%s', (pattern, code, detail, input: JsonObject = INPUT) => {
    expect(check(pattern, input)).toEqual([{ pointer: '/patterns/0', code, detail: expect.stringMatching(detail) }])
  })

  test('each at its own place, all at once', () => {
    const found = checkPatterns(['list', 'a {x} {1}', '{', 'pay {amount}'], INPUT, '/patterns')
    expect(found.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/patterns/1', 'pattern-slot-name'],
      ['/patterns/1', 'pattern-slot-unknown'],
      ['/patterns/2', 'pattern-malformed'],
    ])
  })

  test('too many of them are one violation of the whole array', () => {
    const found = checkPatterns(Array(51).fill('list {customer}'), INPUT, '/p')
    expect(found).toEqual([
      { pointer: '/p', code: 'patterns-too-many', detail: 'There are 51 patterns here; at most 50 are allowed.' },
    ])
  })

  test('a property that the object prototype has is not one of the schema', () => {
    expect(check('say {toString}')).toMatchObject([{ code: 'pattern-slot-unknown' }])
  })

  test('a pattern that is refused matches nothing, and spoils no other', () => {
    const patterns = ['{customer}', 'pay {amount} {oops}', 'pay {amount}']
    const router = routerOf([{ kind: 'tool', name: 'Settlement', patterns, examples: [], input: INPUT }])
    expect(router.route('pay 5 now')).toMatchObject({ kind: 'none' })
    expect(router.route('pay 5')).toMatchObject({ kind: 'match', arguments: { amount: 5 } })
  })
})

describe('the schema gives the values their types', () => {
  const route = (schema: JsonObject, said: string, rest: JsonObject = {}) => {
    const input: JsonObject = { type: 'object', properties: { it: schema }, ...rest }
    expect(checkPatterns(['set {it} now'], input, '')).toEqual([])
    const router = routerOf([{ kind: 'tool', name: 'X', patterns: ['set {it} now'], examples: [], input }])
    const answer = router.route(`set ${said} now`)
    return answer.kind === 'match' && answer.method === 'pattern' ? answer.arguments.it : answer.kind
  }

  test.each<[JsonObject, string, unknown]>([
    [{ type: 'number' }, '12.50', 12.5],
    [{ type: 'number' }, '+1E3', 1000],
    [{ type: 'number' }, '1e999', 'none'],
    [{ type: 'number' }, '1,000', 'none'],
    [{ type: 'number' }, 'twelve', 'none'],
    [{ type: 'integer' }, '12', 12],
    [{ type: 'integer' }, '12.5', 'none'],
    [{ type: 'integer' }, '9007199254740993', 'none'],
    [{ type: ['null', 'integer'] }, '7', 7],
    [{ type: 'boolean' }, 'TRUE', true],
    [{ type: 'boolean' }, 'no', false],
    [{ type: 'boolean' }, 'maybe', 'none'],
    [{ type: 'string', format: 'date' }, 'not so', 'not so'],
    [{ type: 'string', pattern: '^[0-9]+$' }, '123', '123'],
    [{ type: 'string', pattern: '^[0-9]+$' }, '123 now', 'none'],
    [{ type: 'string', pattern: '^[A-Z]+$' }, 'ABC', 'ABC'],
    [{ type: 'string', pattern: '^[A-Z]+$' }, 'abc', 'none'],
    [{ type: 'string', minLength: 3 }, 'ab', 'none'],
    [{ type: 'string', maxLength: 2 }, '😀😀', '😀😀'],
    [{ type: 'string', maxLength: 2 }, 'abc', 'none'],
    [{}, 'as it is', 'as it is'],
    [{ enum: ['New York', 'new york city'] }, 'new   york', 'New York'],
    [{ enum: ['New York', 'new york city'] }, 'NEW YORK CITY', 'new york city'],
    [{ enum: [1, 2, 'all'] }, '2', 2],
    [{ enum: ['a', 'b'] }, 'c', 'none'],
    [{ $ref: '#/$defs/count' }, '3', 3],
    [{ $ref: '#/$defs/circle' }, '3', '3'],
  ])('%j reads "%s" as %j', (schema, said, value) => {
    const $defs = { count: { $ref: '#/$defs/whole' }, whole: { type: 'integer' }, circle: { $ref: '#/$defs/circle' } }
    expect(route(schema, said, { $defs })).toEqual(value)
  })
})
