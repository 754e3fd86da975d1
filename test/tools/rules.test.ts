import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/kernel/json.ts'
import { errorOf, run, startCompiler, toolOf, violationsOf } from './harness.ts'

const compiler = startCompiler()

type Failure = { rule: string; field: string | null; message: string }

const validator = (rules: Json[], more: JsonObject = {}) => toolOf(compiler, { name: 'validator', rules, ...more })

/** The failures of one input, which may take a process. */
async function failuresOf(rules: Json[], input: JsonObject, more: JsonObject = {}): Promise<Failure[]> {
  const outcome = await run(validator(rules, more), input)
  const { valid, failures } = outcome.output as { valid: boolean; failures: Failure[] }
  expect(valid).toBe(failures.length === 0)
  expect(outcome.kind).toBe(valid ? 'done' : 'refused')
  return failures
}

describe('ACMEPOValidator', () => {
  const FORMAT = 'po_number_format: ^PO-[0-9]{5}$'
  const FIELDS = 'required_fields: [department, cost_center]'
  const rules = [FORMAT, 'max_amount: 1000000', FIELDS]
  const tool = toolOf(compiler, { name: 'ACMEPOValidator', rules })
  const good = { po_number: 'PO-12345', amount: 1000, department: 'd', cost_center: 'c' }

  test('a good order passes, at once', () => {
    expect(tool).toMatchObject({ name: 'ACMEPOValidator', kind: 'rules', deterministic: true })
    expect(run(tool, good)).toEqual({ kind: 'done', output: { valid: true, failures: [] } })
  })

  test('a bad order names every rule, every field and what would be right', async () => {
    expect(await failuresOf(rules, { po_number: 'PO-1', amount: 2000000, department: 'd', cost_center: null })).toEqual(
      [
        {
          rule: FORMAT,
          field: 'po_number',
          message: 'po_number is "PO-1"; a text of the form ^PO-[0-9]{5}$ is expected',
        },
        { rule: 'max_amount: 1000000', field: 'amount', message: 'amount is 2000000; at most 1000000 is allowed' },
        { rule: FIELDS, field: 'cost_center', message: 'cost_center is missing' },
      ],
    )
  })

  test('of an empty order everything is missing', async () => {
    expect(await failuresOf(rules, {})).toEqual([
      { rule: FORMAT, field: 'po_number', message: 'po_number is missing' },
      { rule: 'max_amount: 1000000', field: 'amount', message: 'amount is missing' },
      { rule: FIELDS, field: 'department', message: 'department is missing' },
      { rule: FIELDS, field: 'cost_center', message: 'cost_center is missing' },
    ])
  })

  test('values of the wrong type are said to be so', async () => {
    const messages = (await failuresOf(rules, { ...good, po_number: 5, amount: 'abc' })).map(({ message }) => message)
    expect(messages).toEqual([
      'po_number is 5; a text of the form ^PO-[0-9]{5}$ is expected',
      'amount is "abc"; a number of at most 1000000 is expected',
    ])
  })

  test('fields that only the prototype has are missing', async () => {
    expect(await failuresOf(['must_have_constructor', 'must_have_toString'], {})).toHaveLength(2)
  })
})

describe('every form, met and not met', () => {
  const cases: [rule: Json, met: JsonObject, unmet: JsonObject, message: string][] = [
    [
      'sku_format: ^[A-Z]{3}$',
      { sku: 'ABC' },
      { sku: 'abc' },
      'sku is "abc"; a text of the form ^[A-Z]{3}$ is expected',
    ],
    ['max_amount: 10.5', { amount: 10.5 }, { amount: 10.6 }, 'amount is 10.6; at most 10.5 is allowed'],
    ['min_amount: -1', { amount: -1 }, { amount: -2 }, 'amount is -2; at least -1 is allowed'],
    ['min_amount : 1e3', { amount: 1000 }, { amount: 999 }, 'amount is 999; at least 1000 is allowed'],
    ['required_fields: [a]', { a: 0 }, { a: null }, 'a is missing'],
    ['required_fields: ["a b"]', { 'a b': '' }, {}, 'a b is missing'],
    [
      'allowed_currency: [USD, EUR]',
      { currency: 'EUR' },
      { currency: 'GBP' },
      'currency is "GBP"; allowed are USD, EUR',
    ],
    ['allowed_level: [1, 2]', { level: 2 }, { level: 3 }, 'level is 3; allowed are 1, 2'],
    ["allowed_level: ['1', '2']", { level: '2' }, { level: 2 }, 'level is 2; allowed are 1, 2'],
    ['must_have_po_number', { po_number: 'x' }, {}, 'po_number is missing'],
    [{ field: 'a', format: '^x' }, { a: 'xy' }, { a: 'yx' }, 'a is "yx"; a text of the form ^x is expected'],
    [{ field: 'a', min: 1, max: 2 }, { a: 1.5 }, { a: 3 }, 'a is 3; at most 2 is allowed'],
    [{ field: 'a', enum: ['x', 1, true] }, { a: true }, { a: [] }, 'a is a list; allowed are x, 1, true'],
    [{ field: 'a', required: true }, { a: false }, {}, 'a is missing'],
    [{ field: 'a', max: 2 }, { a: 2 }, {}, 'a is missing'],
    [{ field: 'a', max: 2, required: false }, {}, { a: {} }, 'a is an object; a number of at most 2 is expected'],
    [{ check: 'input.a < input.b' }, { a: 1, b: 2 }, { a: 2, b: 2 }, 'input.a < input.b is not met'],
    [{ field: 'a', max: 9, message: 'Too much.' }, { a: 9 }, { a: 10 }, 'Too much.'],
    [{ field: 'a', required: true, when: 'input.kind == "po"' }, { kind: 'x' }, { kind: 'po' }, 'a is missing'],
    [
      { check: 'input.xs.all(x, x > 0.0)', when: 'has(input.xs)' },
      { xs: [1, 2] },
      { xs: [1, -2] },
      'input.xs.all(x, x > 0.0) is not met',
    ],
  ]
  test.each(cases)('%j', async (rule, met, unmet, message) => {
    expect(await failuresOf([rule], met)).toEqual([])
    const failures = await failuresOf([rule], unmet)
    expect(failures.map((failure) => failure.message)).toEqual([message])
  })

  test('a written-out rule is called by its name, or by its place', async () => {
    const rules = [{ field: 'a', required: true }, { name: 'has b', field: 'b', required: true }, { check: 'false' }]
    expect((await failuresOf(rules, {})).map(({ rule, field }) => [rule, field])).toEqual([
      ['rules[0]', 'a'],
      ['has b', 'b'],
      ['rules[2]', null],
    ])
  })

  test('a condition that cannot be checked is a failed rule that says why', async () => {
    const [failure] = await failuresOf([{ check: 'input.a > 1' }], {})
    expect(failure?.message).toContain('`input.a` is missing')
    const [guard] = await failuresOf([{ check: 'true', when: 'input.a > 1' }], {})
    expect(guard?.message).toContain('`input.a` is missing')
    const [odd] = await failuresOf([{ check: 'input.a' }], { a: 1 })
    expect(odd?.message).toContain('neither true nor false')
  })

  test('a condition that takes too long is a time-out, not a failed rule', async () => {
    const tool = validator([{ check: 'input.xs.all(x, input.xs.all(y, input.xs.all(z, x <= y || y <= x)))' }])
    const xs = Array.from({ length: 20_000 }, (_, i) => i)
    expect(await errorOf(tool, { xs })).toMatchObject({ code: 'tool-timeout' })
  })

  test('long values are cut in messages', async () => {
    const [failure] = await failuresOf(['a_format: ^x$'], { a: 'y'.repeat(500) })
    expect(failure?.message.length).toBeLessThan(150)
  })

  test('the input schema comes first', async () => {
    const tool = validator(['max_amount: 10'], {
      input: { type: 'object', properties: { amount: { type: 'number' } } },
    })
    expect(await errorOf(tool, { amount: 'x' })).toMatchObject({
      code: 'input-invalid',
      errors: [{ pointer: '/amount' }],
    })
  })
})

test('a format that would make a backtracking matcher hang is linear', async () => {
  expect(await failuresOf(['a_format: ^(a+)+$'], { a: `${'a'.repeat(40)}!` })).toHaveLength(1)
  expect(await failuresOf(['a_format: ^(a+)+$'], { a: 'a'.repeat(1000) })).toEqual([])
  expect(await failuresOf(['a_format: ^(a+)+$'], { a: 'a'.repeat(1_000_000) })).toHaveLength(1)
})

describe('refused when the file is read', () => {
  const broken: [name: string, rule: Json, pointer: string, code: string, detail: RegExp][] = [
    ['unknown form', 'po_number must be good', '/rules/0', 'rule-form', /max_<field>: <number>.*must_have_<field>/],
    ['unknown form with a value', 'most_amount: 5', '/rules/0', 'rule-form', /no rule/],
    ['no number', 'max_amount: lots', '/rules/0', 'rule-form', /max_<field>: <number>/],
    ['infinite number', 'min_amount: 1e999', '/rules/0', 'rule-form', /min_<field>/],
    ['no list', 'required_fields: department', '/rules/0', 'rule-form', /required_fields: \[/],
    ['empty list', 'required_fields: []', '/rules/0', 'rule-form', /required_fields: \[/],
    ['list with a gap', 'allowed_currency: [USD, , EUR]', '/rules/0', 'rule-form', /allowed_<field>/],
    ['must_have with a value', 'must_have_po: yes', '/rules/0', 'rule-form', /must_have_<field>/],
    ['empty format', 'po_format:', '/rules/0', 'rule-form', /_format/],
    ['bad regular expression', 'po_format: ^[', '/rules/0', 'pattern-invalid', /./],
    ['lookahead', { field: 'po', format: '(?=a)b' }, '/rules/0/format', 'pattern-invalid', /./],
    ['min over max', { field: 'a', min: 3, max: 2 }, '/rules/0', 'rule-bounds', /at least 3 and at most 2/],
    ['no field', { max: 3 }, '/rules/0', 'rule-field', /max.*field/],
    ['no check', { field: 'a' }, '/rules/0', 'rule-empty', /checks nothing/],
    ['nothing but a guard', { when: 'true' }, '/rules/0', 'rule-empty', /checks nothing/],
    ['bad condition', { check: 'a +' }, '/rules/0/check', 'expression-invalid', /at its end/],
    ['bad guard', { check: 'true', when: 'nope' }, '/rules/0/when', 'expression-invalid', /nope/],
    ['condition that gives a text', { check: '"yes"' }, '/rules/0/check', 'expression-type', /true or false/],
  ]
  test.each(broken)('%s', (_, rule, pointer, code, detail) => {
    expect(violationsOf(compiler, { name: 'validator', rules: [rule] })).toMatchObject([
      { pointer, code, detail: expect.stringMatching(detail) },
    ])
  })

  test('a mistake in an expression says where in its text it is, and ends as a sentence', () => {
    const input = { type: 'object', properties: { amount: { type: 'number' } } }
    const refused = (check: string) => violationsOf(compiler, { name: 'validator', input, rules: [{ check }] })
    expect(refused('1 < amuont * 2')).toEqual([
      {
        pointer: '/rules/0/check',
        code: 'expression-invalid',
        detail: 'The expression is not valid at `amuont * 2`: unknown variable `amuont`; did you mean `amount`?',
        within: 4,
      },
    ])
    expect(refused('amuont')).toEqual([expect.not.objectContaining({ within: expect.anything() })])
  })

  test('bounds of two rules that contradict each other', () => {
    const rules = ['min_amount: 10', 'max_other: 5', 'max_amount: 5']
    expect(violationsOf(compiler, { name: 'validator', rules })).toEqual([
      { pointer: '/rules/2', code: 'rule-bounds', detail: expect.stringContaining('amount') },
    ])
  })

  test('all that is wrong is said at once', () => {
    const rules = ['max_a: x', 'b_format: (', { check: 'nope' }]
    const places = violationsOf(compiler, { name: 'validator', rules }).map(({ pointer }) => pointer)
    expect(places).toEqual(['/rules/0', '/rules/1', '/rules/2/check'])
  })
})
