/** Patterns and texts that nobody thought of: made at random, compared with another matcher, or made to hurt. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.ts'
import type { Routable } from './router-of.ts'
import { routerOf } from './router-of.ts'

const tool = (patterns: readonly string[], input?: JsonObject): Routable => ({
  kind: 'tool',
  name: 'the tool',
  patterns,
  examples: [],
  ...(input && { input }),
})

const routeBy = (patterns: readonly string[], text: string, input?: JsonObject) => {
  const answer = routerOf([tool(patterns, input)]).route(text)
  return answer.kind === 'match' && answer.method === 'pattern' ? answer.arguments : undefined
}

describe('what fills the slots comes back out of them', () => {
  // Values of free text use letters that no literal word has, so that there is one way to read each text.
  const value = {
    string: fc.stringMatching(/^[P-Zp-zé]{1,6}( [P-Zp-zé]{1,6}){0,2}$/),
    number: fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    integer: fc.maxSafeInteger().map((number) => number + 0),
    boolean: fc.boolean(),
    choice: fc.constantFrom('+', '==', 'Mod'),
  }
  const schemaOf = (type: keyof typeof value): JsonObject =>
    type === 'choice' ? { enum: ['+', '==', 'Mod'] } : { type }
  const slot = fc
    .constantFrom<keyof typeof value>('string', 'number', 'integer', 'boolean', 'choice')
    .chain((type) => value[type].map((filled) => ({ type, filled: filled as string | number | boolean })))
  const words = fc.array(fc.stringMatching(/^[A-Oa-o]{2,6}$/), { minLength: 1, maxLength: 3 })

  test('for any sequence of words and slots, in any case, with any blanks', () => {
    fc.assert(
      fc.property(
        words,
        fc.array(fc.tuple(slot, words), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(' ', '   ', '\t\n'),
        fc.constantFrom('', '.', ' ?!'),
        fc.boolean(),
        (first, rest, blank, end, shout) => {
          const cased = (word: string) => (shout ? word.toUpperCase() : word.toLowerCase())
          const properties = Object.fromEntries(rest.map(([{ type }], at) => [`s${at}`, schemaOf(type)]))
          const pattern = [...first, ...rest.flatMap(([, after], at) => [`{s${at}}`, ...after])].join(' ')
          const said = rest.flatMap(([{ filled }, after]) => [String(filled), ...after.map(cased)])
          const text = [...first.map(cased), ...said].join(' ').replaceAll(' ', blank) + end
          expect(routeBy([pattern], text, { type: 'object', properties })).toEqual(
            Object.fromEntries(rest.map(([{ filled }], at) => [`s${at}`, filled])),
          )
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('free text slots take what a lazy regular expression would', () => {
  const piece = fc.constantFrom('a', 'b', 'ab', ' ', ' ', '{x}', '{y}', '{z}')
  const letter = fc.constantFrom('a', 'b', ' ', 'a', 'b')

  test('for any pattern and text over two letters', () => {
    let compared = 0
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), fc.array(letter, { maxLength: 14 }), (pieces, letters) => {
        const pattern = pieces.join('').replace(/ +/g, ' ').trim()
        const slots = pattern.match(/\{.\}/g) ?? []
        fc.pre(new Set(slots).size === slots.length && !pattern.includes('}{') && /[ab]/.test(pattern))
        const text = letters.join('').replace(/ +/g, ' ').trim()
        const lazy = new RegExp(`^${pattern.replace(/\{(.)\}/g, '(?<$1>[^ ](?:.*?[^ ])??)')}$`)
        const expected = lazy.exec(text)
        expect(routeBy([pattern], text)).toEqual(expected ? { ...expected.groups } : undefined)
        if (expected) compared++
      }),
      { numRuns: 1500 },
    )
    expect(compared).toBeGreaterThan(20)
  })
})

describe('a slot whose schema asks for more than any text', () => {
  const input = { properties: { x: { pattern: '^a+$' }, y: {}, z: { minLength: 2, maxLength: 3 } } }

  test('takes what a backtracking expression takes, for any pattern and text over two letters', () => {
    const pieces = fc.array(fc.constantFrom('a', 'b', ' ', '{x}', '{y}', '{z}'), { maxLength: 7 })
    const letters = fc.array(fc.constantFrom('a', 'b', ' ', 'a'), { maxLength: 12 })
    const groups: Readonly<Record<string, string>> = {
      x: '(?<x>a+?)',
      y: '(?<y>[^ ](?:.*?[^ ])??)',
      z: '(?<z>[^ ].??[^ ])',
    }
    let compared = 0
    fc.assert(
      fc.property(pieces, letters, (parts, said) => {
        const pattern = parts.join('').replace(/ +/g, ' ').trim()
        const slots = pattern.match(/\{.\}/g) ?? []
        fc.pre(new Set(slots).size === slots.length && !pattern.includes('}{') && /[ab]/.test(pattern))
        const text = said.join('').replace(/ +/g, ' ').trim()
        const expected = new RegExp(`^${pattern.replace(/\{(.)\}/g, (_, name: string) => groups[name]!)}$`).exec(text)
        expect(routeBy([pattern], text, input)).toEqual(expected ? { ...expected.groups } : undefined)
        if (expected) compared++
      }),
      { numRuns: 1500 },
    )
    expect(compared).toBeGreaterThan(20)
  })

  test('leaves a text alone that it would spoil', () => {
    const order = { properties: { customer: { pattern: '\\S' }, id: { pattern: '^[A-Za-z0-9][A-Za-z0-9-]{0,31}$' } } }
    const patterns = ['process {customer} order {id}']
    expect(routeBy(patterns, 'process ACME order 12345', order)).toEqual({ customer: 'ACME', id: '12345' })
    expect(routeBy(patterns, 'process ACME order 12345 now', order)).toBeUndefined()
    expect(routeBy(patterns, 'process order of order 12', order)).toEqual({ customer: 'order of', id: '12' })
  })

  test('is answered at once where every place of a long text could be its end', () => {
    const hostile = { properties: { a: { pattern: '^(.*)*!$' }, b: { pattern: '^(x|x)*y$' }, c: {} } }
    expect(routeBy(['{a} x {b} x {c} q'], 'x '.repeat(990), hostile)).toBeUndefined()
    expect(routeBy(['{c} x {a}'], 'x '.repeat(990), hostile)).toBeUndefined()
  })
})

describe('filing patterns by their words loses none', () => {
  test.each([
    ['v{n}', 'v12', { n: '12' }],
    ['of {a}*{b}', 'of 3*4', { a: '3', b: '4' }],
    ['room {n}b free', 'room 12b free', { n: '12' }],
    ['order-{id} of', 'ORDER-7 of', { id: '7' }],
    ['net30 {x}', 'Net30 now', { x: 'now' }],
    ['{x} c++', 'learn C++', { x: 'learn' }],
    ['of {a} + {b}', 'of 3+4', { a: '3', b: '4' }],
    ['straße {n}', 'STRAßE 5', { n: '5' }],
  ])('%s', (pattern, text, values) => {
    expect(routeBy([pattern], text)).toEqual(values)
  })

  test('a word that only begins with the literal is another word', () => {
    expect(routeBy(['process {x}'], 'processing it')).toBeUndefined()
  })

  test('a blank between two words cannot be left out', () => {
    expect(routeBy(['buy {n} {unit}'], 'buy kgEUR', { properties: { n: {}, unit: { enum: ['EUR'] } } })).toBeUndefined()
  })
})

describe('hostile texts and patterns are answered at once', () => {
  const eight = (literal: string) => [...'abcdefgh'].map((name) => `{${name}}${literal}`).join('')

  test.each([
    ['40,000 letters', 'a'.repeat(40_000)],
    ['40,000 braces', '{'.repeat(40_000)],
    ['40,000 blanks', ' '.repeat(40_000)],
    ['40,000 full stops', '.'.repeat(40_000)],
    ['a million words', 'order '.repeat(1_000_000)],
  ])('%s fit nothing', (_, text) => {
    expect(routerOf([tool(['order {x}', eight('o')])]).route(text)).toEqual({ kind: 'none', nearest: [] })
  })

  test('braces, quotes and regular expressions in a text are plain text', () => {
    expect(routeBy(['say {x}'], 'say {x} (a+)+$ \\ "')).toEqual({ x: '{x} (a+)+$ \\ "' })
  })

  // The last pattern of each is found only if those before it, more specific, did not use up all the effort.
  test('eight slots over 2,000 letters that fit up to the last, ten times', () => {
    const hard = Array.from({ length: 10 }, (_, at) => `${eight(' a ')}${'a '.repeat(at)}c`)
    const text = `${'a '.repeat(990)}b`
    expect(routeBy([...hard, '{all} b'], text)).toEqual({ all: text.slice(0, -2) })
  })

  test('choices that overlap, with one another and with every place of the text', () => {
    const values = Array.from({ length: 60 }, (_, at) => 'a'.repeat(at + 1))
    const properties: JsonObject = Object.fromEntries([...'abcdefgh'].map((name) => [name, { enum: values }]))
    const input = { properties: { ...properties, all: {} } }
    const text = `${'a'.repeat(300)}c`
    expect(routeBy([`${eight('')}bb`, '{all}c'], text, input)).toEqual({ all: text.slice(0, -1) })
    expect(routeBy([eight('')], 'a'.repeat(8), input)).toMatchObject({ a: 'a', h: 'a' })
  })

  test('long runs of digits, where a number could begin at each', () => {
    const properties = { b: { type: 'number' } }
    expect(routeBy(['{a}{b} x'], '9'.repeat(1999), { properties: { a: {}, ...properties } })).toBeUndefined()
  })

  test('where the work is given up, nothing is run, since what was not tried may fit as well', () => {
    // Each of the thousand patterns that do not fit looks at every letter twice before it says so.
    const hard = Array.from({ length: 1000 }, (_, at) => ({ ...tool(['{x}a{y}b']), name: `hard ${at}` }))
    const router = routerOf([{ ...tool(['{x}a{y}a']), name: 'easy' }, ...hard])
    expect(router.route('a'.repeat(1990))).toEqual({ kind: 'none', nearest: [] })
    expect(router.route('a'.repeat(199))).toMatchObject({ kind: 'match', target: { name: 'easy' } })
  })

  test('an ambiguous answer lists a handful of candidates, however many there are', () => {
    const level = Array.from({ length: 100 }, (_, at) => ({ ...tool(['do {x}']), name: `level ${at}` }))
    const answer = routerOf(level).route('do it')
    expect(answer.kind === 'ambiguous' && answer.candidates.map(({ name }) => name)).toEqual([
      'level 0',
      'level 1',
      'level 10',
      'level 11',
      'level 12',
    ])
  })
})
