import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Routable } from './router-of.ts'
import { routerOf } from './router-of.ts'

const number = { type: 'number' }
const string = { type: 'string' }
const object = (properties: Record<string, { type: string } | { enum: string[] }>) => ({ type: 'object', properties })

const CALCULATOR: Routable = {
  kind: 'tool',
  name: 'calculator',
  description: 'Adds, subtracts, multiplies and divides two numbers',
  patterns: ['what is {a} {operator} {b}', 'calculate {a} {operator} {b}'],
  examples: ['what is 12 * 7'],
  input: object({ a: number, b: number, operator: { enum: ['+', '-', '*', '/', 'plus', 'Times'] } }),
}
const ORDER: Routable = {
  kind: 'tool',
  name: 'ProcessOrder',
  description: 'Processes an order of a customer',
  patterns: ['process {customer} order {order_id}'],
  examples: ['Process ACME order 12345'],
  input: object({ customer: string, order_id: string }),
}
const COMPLIANCE: Routable = {
  kind: 'workflow',
  name: 'ComplianceReport',
  description: 'Generates the compliance report of a company',
  patterns: ['generate {company} compliance report'],
  examples: [],
}
const VALIDATOR: Routable = {
  kind: 'tool',
  name: 'ACMEPOValidator',
  description: 'Validates purchase orders of ACME',
  patterns: [],
  examples: [],
}
const STARTER = [CALCULATOR, ORDER, COMPLIANCE, VALIDATOR]

const tool = (name: string, rest: Partial<Routable> = {}): Routable => ({
  kind: 'tool',
  name,
  patterns: [],
  examples: [],
  ...rest,
})
const route = (text: string, routables: readonly Routable[] = STARTER) => routerOf(routables).route(text)
const matched = (kind: 'tool' | 'workflow', name: string, method: string, values: Record<string, unknown> = {}) =>
  expect.objectContaining({ kind: 'match', target: { kind, name }, method, arguments: values })

describe('the texts that the starter is shown with', () => {
  test.each([
    ['Process ACME order 12345', matched('tool', 'ProcessOrder', 'pattern', { customer: 'ACME', order_id: '12345' })],
    ['Generate Globex compliance report', matched('workflow', 'ComplianceReport', 'pattern', { company: 'Globex' })],
    ['what is 12 * 7', matched('tool', 'calculator', 'pattern', { a: 12, operator: '*', b: 7 })],
  ])('%s', (text, expected) => {
    expect(route(text)).toEqual(expected)
  })
})

describe('people write the same thing in many ways', () => {
  test.each([
    ['PROCESS acme ORDER 12345', { customer: 'acme', order_id: '12345' }],
    ['  process\t ACME \n Corp   order 12345 ?!', { customer: 'ACME Corp', order_id: '12345' }],
    ['process Société Générale order №7', { customer: 'Société Générale', order_id: '№7' }],
    ['process Cafe\u0301 order 😀', { customer: 'Caf\u00e9', order_id: '😀' }],
    ['process order order order', { customer: 'order', order_id: 'order' }],
  ])('%s', (text, values) => {
    expect(route(text)).toEqual(matched('tool', 'ProcessOrder', 'pattern', values))
  })

  test.each([
    ['What is 12*7?', { a: 12, operator: '*', b: 7 }],
    ['what is 12-7', { a: 12, operator: '-', b: 7 }],
    ['what is -3.5 * -1e3', { a: -3.5, operator: '*', b: -1000 }],
    ['what is 12 - -7.', { a: 12, operator: '-', b: -7 }],
    ['calculate 12 PLUS .5', { a: 12, operator: 'plus', b: 0.5 }],
    ['calculate 2times3', { a: 2, operator: 'Times', b: 3 }],
    ['calculate -0 + 1', { a: 0, operator: '+', b: 1 }],
  ])('%s', (text, values) => {
    expect(route(text)).toEqual(matched('tool', 'calculator', 'pattern', values))
  })

  test('the two forms of the Greek sigma are one letter', () => {
    const routables = [tool('Way', { patterns: ['ΟΔΟΣ {name}'] })]
    expect(route('οδος Πανός', routables)).toEqual(matched('tool', 'Way', 'pattern', { name: 'Πανός' }))
  })

  test('letters whose lower case is longer leave the slots in place', () => {
    const routables = [tool('City', { patterns: ['fly to {city} on {day}'] })]
    expect(route('Fly to İİİ on Monday', routables)).toEqual(
      matched('tool', 'City', 'pattern', { city: 'İİİ', day: 'Monday' }),
    )
  })
})

describe('a name', () => {
  test('goes before patterns', () => {
    const routables = [tool('process now', { patterns: [] }), tool('other', { patterns: ['process {what}'] })]
    expect(route('process now', routables)).toEqual(matched('tool', 'process now', 'exact'))
  })

  test('is found in another case, with a full stop', () => {
    expect(route(' compliancereport. ')).toEqual(matched('workflow', 'ComplianceReport', 'exact'))
  })

  test('that differs from another in case alone has to be written exactly', () => {
    const routables = [tool('Tax'), tool('tax')]
    expect(route('Tax', routables)).toEqual(matched('tool', 'Tax', 'exact'))
    expect(route('TAX', routables)).toEqual({
      kind: 'ambiguous',
      candidates: [
        { kind: 'tool', name: 'Tax', confidence: 0.5 },
        { kind: 'tool', name: 'tax', confidence: 0.5 },
      ],
    })
  })

  test.each(['constructor', '__proto__', 'toString'])('of the language itself, %s, is no tool', (text) => {
    expect(route(text)).toMatchObject({ kind: 'none' })
  })
})

describe('several patterns fit', () => {
  const refund = tool('Refund', { patterns: ['refund {order}'] })

  test('the one with more literal text wins', () => {
    const gift = tool('AGift', { patterns: ['refund gift {order}'] })
    expect(route('refund gift 7', [refund, gift])).toEqual(matched('tool', 'AGift', 'pattern', { order: '7' }))
  })

  test('of the same literal text the one with fewer free slots wins', () => {
    const typed = tool('Typed', { patterns: ['refund {order}'], input: object({ order: { type: 'integer' } }) })
    expect(route('refund 7', [refund, typed])).toEqual(matched('tool', 'Typed', 'pattern', { order: 7 }))
    expect(route('refund all', [refund, typed])).toEqual(matched('tool', 'Refund', 'pattern', { order: 'all' }))
  })

  test('level ones of different targets are a question back', () => {
    const other: Routable = { ...tool('Zurück', { patterns: ['refund {what}'] }), kind: 'workflow' }
    expect(route('refund 7', [other, refund])).toEqual({
      kind: 'ambiguous',
      candidates: [
        { kind: 'tool', name: 'Refund', confidence: 0.5 },
        { kind: 'workflow', name: 'Zurück', confidence: 0.5 },
      ],
    })
  })

  test('level ones of one target are one answer', () => {
    const twice = tool('Twice', { patterns: ['refund {b}', 'refund {a}'] })
    expect(route('refund 7', [twice])).toEqual(matched('tool', 'Twice', 'pattern', { a: '7' }))
  })
})

describe('no pattern fits', () => {
  test('a text that speaks of one target finds it by its words, and fills no slot', () => {
    expect(route('please make a compliance report for Globex')).toEqual(
      matched('workflow', 'ComplianceReport', 'search'),
    )
    expect(route('validate a purchase order for acme')).toEqual(matched('tool', 'ACMEPOValidator', 'search'))
  })

  test.each(['validate PO', 'PO validation', 'po validator', 'validating POs', 'validated PO'])(
    '"%s" finds ACMEPOValidator by its name alone',
    (text) => {
      const order = tool('order_validator', { description: 'Checks an order', examples: ['validate an order'] })
      expect(route(text, [tool('ACMEPOValidator'), order])).toEqual(matched('tool', 'ACMEPOValidator', 'search'))
    },
  )

  test('confidence is between 0 and 1, and lower where another target comes near', () => {
    const alone = route('purchase orders of acme', [VALIDATOR])
    const beside = route('purchase orders of acme', [VALIDATOR, ORDER])
    expect(alone).toMatchObject({ kind: 'match', confidence: 1 })
    expect(beside).toMatchObject({ kind: 'match', target: { name: 'ACMEPOValidator' } })
    if (beside.kind === 'match') expect(beside.confidence).toBeLessThan(1)
  })

  test('a near tie is a question back', () => {
    const sales = tool('MonthlySalesReport', { description: 'Sales of the month, by region' })
    const costs = tool('MonthlyCostsReport', { description: 'Costs of the month, by region' })
    const answer = route('the monthly report', [sales, costs])
    expect(answer).toMatchObject({ kind: 'ambiguous' })
    if (answer.kind === 'ambiguous') {
      expect(answer.candidates.map(({ name }) => name)).toEqual(['MonthlyCostsReport', 'MonthlySalesReport'])
    }
    expect(route('the monthly costs report', [sales, costs])).toEqual(matched('tool', 'MonthlyCostsReport', 'search'))
  })

  test('too little of the text is known: none, with the nearest names', () => {
    const answer = route('order a pizza with mushrooms')
    expect(answer).toMatchObject({ kind: 'none' })
    if (answer.kind === 'none') expect(answer.nearest.map(({ name }) => name)).toContain('ProcessOrder')
  })

  test('a single word of a longer name runs nothing', () => {
    expect(route('order')).toMatchObject({ kind: 'none', nearest: expect.arrayContaining([expect.anything()]) })
  })

  test('a mistyped name is suggested and not run', () => {
    expect(route('ACMEPOValidatr')).toMatchObject({ kind: 'none', nearest: [{ name: 'ACMEPOValidator' }] })
  })

  test.each(['', '   ', '?!.', '12345', 'what is the', 'weather in Paris', '東京', '😀'])('"%s" is none', (text) => {
    expect(route(text)).toEqual({ kind: 'none', nearest: [] })
  })

  test('without any routable everything is none', () => {
    expect(route('anything at all', [])).toEqual({ kind: 'none', nearest: [] })
  })
})

describe('the answer does not depend on order', () => {
  const level = [
    tool('One', { patterns: ['do {x} now'], description: 'alpha beta gamma' }),
    tool('Two', { patterns: ['do {y} now'], description: 'alpha beta delta' }),
    tool('two', { patterns: ['{z} beta'], description: 'alpha gamma delta', examples: ['beta or alpha'] }),
  ]
  const texts = ['do it now', 'alpha beta', 'gamma delta', 'TWO', 'beta alpha delta', 'alph bet', 'process 1 order 2']

  test('of the routables, nor on the texts before', () => {
    const all = [...STARTER, ...level]
    const expected = texts.map((text) => route(text, all))
    fc.assert(
      fc.property(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.shuffledSubarray([...texts.keys()], { minLength: texts.length }),
        (shuffled, order) => {
          const router = routerOf(shuffled)
          for (const at of order) expect(router.route(texts[at]!)).toEqual(expected[at])
        },
      ),
      { numRuns: 40 },
    )
  })
})
