import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.ts'
import { errorOf, run, startCompiler, toolOf, violationsOf } from './harness.ts'

const compiler = startCompiler()

const compute = (expressions: Record<string, string>, more: JsonObject = {}) =>
  toolOf(compiler, { name: 'tool', compute: expressions, ...more })

describe('calculator', () => {
  const calculator = toolOf(compiler, {
    name: 'calculator',
    patterns: ['what is {a} {operator} {b}'],
    input: {
      type: 'object',
      required: ['a', 'operator', 'b'],
      properties: { a: { type: 'number' }, operator: { enum: ['+', '-', '*', '/'] }, b: { type: 'number' } },
      additionalProperties: false,
    },
    compute: {
      result: "operator == '+' ? a + b : operator == '-' ? a - b : operator == '*' ? a * b : a / b",
    },
  })
  const OPERATORS: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
  }

  test('answers at once, without a promise', () => {
    expect(run(calculator, { a: 12, operator: '*', b: 7 })).toEqual({ kind: 'done', output: { result: 84 } })
    expect(run(calculator, { a: 7, operator: '/', b: 2 })).toEqual({ kind: 'done', output: { result: 3.5 } })
  })

  test('calculates as JSON numbers do', () => {
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, min: -1e9, max: 1e9 }))
    const operator = fc.constantFrom(...Object.keys(OPERATORS))
    fc.assert(
      fc.property(number, operator, number, (a, sign, b) => {
        const result = OPERATORS[sign]!(a, b)
        fc.pre(Number.isFinite(result))
        expect(run(calculator, { a, operator: sign, b })).toEqual({ kind: 'done', output: { result } })
      }),
    )
  })

  test('a division by zero is an error that says so, and where', async () => {
    const error = await errorOf(calculator, { a: 1, operator: '/', b: 0 })
    expect(error).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringMatching(/`result`.*division by zero/),
      errors: [{ pointer: '/compute/result' }],
    })
  })

  test('an input that does not match the schema is refused with every place', async () => {
    const error = await errorOf(calculator, { a: 'one', operator: '^', b: 2 })
    expect(error.code).toBe('input-invalid')
    expect(error.errors?.map(({ pointer }) => pointer).sort()).toEqual(['/a', '/operator'])
  })

  test('keeps what listings need to know', () => {
    expect(calculator).toMatchObject({ name: 'calculator', kind: 'compute', deterministic: true, examples: [] })
    expect(calculator.patterns).toEqual(['what is {a} {operator} {b}'])
    expect(calculator).not.toHaveProperty('compute')
  })
})

describe('results', () => {
  test('a later expression uses an earlier one by its name', () => {
    const input = { type: 'object', properties: { price: { type: 'number' }, quantity: { type: 'number' } } }
    const tool = compute({ net: 'price * quantity', gross: 'net * 1.25', text: "'gross ' + string(gross)" }, { input })
    expect(run(tool, { price: 4, quantity: 2 })).toEqual({
      kind: 'done',
      output: { net: 8, gross: 10, text: 'gross 10' },
    })
  })

  test('an expression cannot use a later one', () => {
    expect(violationsOf(compiler, { name: 'tool', compute: { a: 'b + 1', b: '2' } })).toEqual([
      { pointer: '/compute/a', code: 'expression-invalid', detail: expect.stringContaining('b') },
    ])
  })

  test('a result named after a property of the input leaves the property as it is', () => {
    const input = { type: 'object', properties: { amount: { type: 'number' } } }
    const tool = compute({ amount: 'amount + 1', twice: 'amount * 2' }, { input })
    expect(run(tool, { amount: 1 })).toEqual({ kind: 'done', output: { amount: 2, twice: 2 } })
  })

  test('without an input schema, input.x is read', () => {
    expect(run(compute({ y: 'input.x * 2' }), { x: 21 })).toEqual({ kind: 'done', output: { y: 42 } })
  })

  test('a missing property is named, and has() guards it', async () => {
    const input = { type: 'object', properties: { note: { type: 'string' } } }
    expect(await errorOf(compute({ text: "note + '!'" }, { input }), {})).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringContaining('`note` is missing'),
    })
    expect(run(compute({ text: "has(input.note) ? note : 'none'" }, { input }), {})).toEqual({
      kind: 'done',
      output: { text: 'none' },
    })
  })

  test('an output that does not match the output schema is an error of the tool', async () => {
    const output = { type: 'object', properties: { total: { type: 'number', maximum: 10 } } }
    const tool = compute({ total: 'input.n * 2' }, { output })
    expect(run(tool, { n: 5 })).toEqual({ kind: 'done', output: { total: 10 } })
    expect(await errorOf(tool, { n: 6 })).toMatchObject({ code: 'tool-failed', errors: [{ pointer: '/total' }] })
  })

  test('a loop that takes too long is a time-out of that call alone', async () => {
    const bomb = compute({ all: 'input.xs.all(x, input.xs.all(y, input.xs.all(z, x <= y || y <= x)))' })
    const sums = compute({ big: 'input.xs.filter(x, x > 2)', count: 'size(big)' })
    const xs = Array.from({ length: 20_000 }, (_, i) => i)
    expect(await errorOf(bomb, { xs })).toMatchObject({
      code: 'tool-timeout',
      detail: expect.stringContaining('`all`'),
    })
    expect(await run(sums, { xs: [1, 2, 3, 4] })).toEqual({ kind: 'done', output: { big: [3, 4], count: 2 } })
  })
})

describe('tools of a business', () => {
  test('an order is assembled', () => {
    const tool = compute(
      {
        order: "{'id': order_id, 'reference': customer.upperAscii() + '-' + string(order_id), 'status': 'accepted'}",
        message: "'Order ' + string(order_id) + ' of ' + customer + ' is accepted'",
      },
      {
        input: {
          type: 'object',
          required: ['order_id', 'customer'],
          properties: { order_id: { type: 'integer' }, customer: { type: 'string' } },
        },
      },
    )
    expect(run(tool, { order_id: 12345, customer: 'acme' })).toEqual({
      kind: 'done',
      output: {
        order: { id: 12345, reference: 'ACME-12345', status: 'accepted' },
        message: 'Order 12345 of acme is accepted',
      },
    })
  })

  const input = {
    type: 'object',
    required: ['transactions'],
    properties: {
      transactions: { type: 'array', items: { type: 'object' } },
      threshold: { type: 'number' },
    },
  }
  const transactions = [
    { id: 't1', amount: 500, approved_by: 'ann' },
    { id: 't2', amount: 25000, approved_by: 'bob' },
    { id: 't3', amount: 12000.5 },
  ]

  test('the stages of a compliance workflow read lists of maps, and each other', async () => {
    const verify = compute(
      {
        unapproved: 'transactions.filter(t, !has(t.approved_by)).map(t, t.id)',
        approved: 'size(unapproved) == 0',
      },
      { input },
    )
    const thresholds = compute(
      {
        limit: 'has(input.threshold) ? threshold : 10000',
        over: 'transactions.filter(t, t.amount > limit).map(t, t.id)',
        exceeded: 'transactions.exists(t, t.amount > limit)',
      },
      { input },
    )
    const audit = compute({
      entries:
        "[{'stage': 'verify_approvals', 'approved': stages.verify_approvals.approved}, {'over': size(stages.check_thresholds.over)}]",
    })
    const file = compute({
      document:
        "{'form': '10-K', 'clean': stages.verify_approvals.approved && !stages.check_thresholds.exceeded, 'trail': stages.generate_audit_trail.entries}",
    })

    const stages: JsonObject = {}
    stages.verify_approvals = (await run(verify, { transactions })).output
    expect(stages.verify_approvals).toEqual({ unapproved: ['t3'], approved: false })
    stages.check_thresholds = (await run(thresholds, { transactions })).output
    expect(stages.check_thresholds).toEqual({ limit: 10000, over: ['t2', 't3'], exceeded: true })
    stages.generate_audit_trail = (await run(audit, {}, stages)).output
    const { output } = await run(file, {}, stages)
    expect(output).toEqual({
      document: { form: '10-K', clean: false, trail: [{ stage: 'verify_approvals', approved: false }, { over: 2 }] },
    })
  })

  test('a stage that did not run is named', async () => {
    const tool = compute({ ok: 'stages.verify_approvals.approved' })
    expect(await errorOf(tool, {})).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringContaining('`stages.verify_approvals` is missing'),
    })
  })
})
