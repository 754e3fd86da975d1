/** The functions beyond standard CEL: of numbers, of lists and of text. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Variables } from '../../src/expressions/language/variables.ts'
import { EXPRESSION_LIMITS } from '../../src/expressions/limits.ts'
import type { Json, JsonObject } from '../../src/kernel/json.ts'
import { evaluate, startExpressions } from './harness.ts'

const expressions = startExpressions()

const VARIABLES: Variables = { a: 'dyn<double>', n: 'dyn<double>', xs: 'list', note: 'string', input: 'map' }

const run = (source: string, values: JsonObject = {}) => evaluate(expressions, source, VARIABLES, values)

describe('numbers', () => {
  const cases: [source: string, values: JsonObject, value: Json][] = [
    ['math.round(a)', { a: 2.5 }, 3],
    ['math.round(a)', { a: -2.5 }, -3],
    ['math.round(a)', { a: -0.2 }, 0],
    ['math.round(a, 2)', { a: 1.005 }, 1.01],
    ['math.round(a, 2)', { a: -1.005 }, -1.01],
    ['math.round(a * 3, 2)', { a: 1.115 }, 3.35],
    ['math.round(a)', { a: 1234567890123456.5 }, 1234567890123457],
    ['math.round(a, 2)', { a: 12345678901234.56 }, 12345678901234.56],
    ['math.round(a, n)', { a: 2.345, n: 1 }, 2.3],
    ['math.round(a, 2)', { a: 1e-9 }, 0],
    ['math.round(a, 2)', { a: 1e300 }, 1e300],
    ['math.round(7, 2)', {}, 7],
    ['math.floor(a)', { a: -1.5 }, -2],
    ['math.ceil(a)', { a: 1.2 }, 2],
    ['math.abs(a)', { a: -1.5 }, 1.5],
    ['math.abs(size(xs)) / 2', { xs: [1] }, 0.5],
    ['math.least(a, 1)', { a: 1.5 }, 1],
    ['math.greatest(xs[0], xs[1])', { xs: [3, 4] }, 4],
    ['math.round(xs[0]) / 2', { xs: [3] }, 1.5],
  ]
  test.each(cases)('%s with %j is %j', (source, values, value) => {
    expect(run(source, values)).toEqual({ kind: 'value', value })
  })

  test.each([-1, 16, 0.5])('%j digits are refused', (n) => {
    expect(run('math.round(a, n)', { a: 1, n })).toMatchObject({ detail: expect.stringContaining('0 to 15 digits') })
  })

  test('rounding is decimal', () => {
    const hundredths = fc.integer({ min: -1e9, max: 1e9 })
    fc.assert(
      fc.property(hundredths, fc.constantFrom('', '1', '4', '5', '9'), (cents, third) => {
        const sign = cents < 0 ? '-' : ''
        const digits = String(Math.abs(cents)).padStart(3, '0')
        const a = Number(`${sign}${digits.slice(0, -2)}.${digits.slice(-2)}${third}`)
        const up = third === '5' || third === '9' ? 1 : 0
        const value = (Math.sign(cents) * (Math.abs(cents) + up)) / 100 + 0
        // Zero has no sign in an integer, so what rounds away from it is another matter.
        if (cents !== 0) expect(run('math.round(a, 2)', { a })).toEqual({ kind: 'value', value })
      }),
    )
  })
})

describe('lists', () => {
  const cases: [source: string, values: JsonObject, value: Json][] = [
    ['xs.sum()', { xs: [1, 2.5] }, 3.5],
    ['xs.sum()', { xs: [] }, 0],
    ['[1, 2].sum() / 2', {}, 1.5],
    ['input.xs.sum()', { input: { xs: [1, 2] } }, 3],
    ['xs.min()', { xs: [2, 1] }, 1],
    ['xs.max()', { xs: ['2026-01-02', '2026-02-01'] }, '2026-02-01'],
    ['[a, 2].max()', { a: 1 }, 2],
    ['xs.sort()', { xs: [10, 9, 1] }, [1, 9, 10]],
    ['xs.sort()', { xs: ['b', 'B', 'a'] }, ['B', 'a', 'b']],
    ['xs.distinct()', { xs: [1, '1', 1, null, true, null] }, [1, '1', null, true]],
    ['[a, 1].distinct()', { a: 1 }, [1]],
    ['xs.distinct()', { xs: [{ a: 1, b: [2] }, { b: [2], a: 1 }, { a: 1 }] }, [{ a: 1, b: [2] }, { a: 1 }]],
  ]
  test.each(cases)('%s with %j is %j', (source, values, value) => {
    expect(run(source, values)).toEqual({ kind: 'value', value })
  })

  test('the sum over members of a list, in a process of its own', async () => {
    const xs = [
      { price: 2.5, count: 2 },
      { price: 1, count: 3 },
    ]
    expect(await run('xs.map(x, x.price * x.count).sum()', { xs })).toEqual({ kind: 'value', value: 8 })
  })

  test.each([
    ['xs.sum()', [1, '2'], 'item 1 of the list is not one'],
    ['xs.max()', [], 'an empty list'],
    ['xs.min()', [1, 'a'], 'numbers alone or of text alone'],
    ['xs.sort()', [[1], [2]], 'numbers alone or of text alone'],
  ])('%s of %j fails', (source, xs, detail) => {
    expect(run(source, { xs })).toMatchObject({ code: 'tool-failed', detail: expect.stringContaining(detail) })
  })

  test('a long list takes no longer than its length asks for', async () => {
    const xs = Array.from({ length: 50_000 }, (_, index) => index % 25_000)
    expect(await run('[xs.sum(), double(size(xs.distinct())), xs.sort()[49999]]', { xs })).toEqual({
      kind: 'value',
      value: [624_975_000, 25_000, 24_999],
    })
  })
})

describe('replace', () => {
  test.each([
    ['note.replace("-", "")', 'a-b-c', 'abc'],
    ['note.replace(".", ",")', '1.5', '1,5'],
    ['note.replace("x", "$&")', 'axb', 'a$&b'],
  ])('%s of "%s" is "%s"', async (source, note, value) => {
    expect(await run(source, { note })).toEqual({ kind: 'value', value })
  })

  test('an empty text is not looked for', async () => {
    expect(await run('note.replace("", "x")', { note: 'a' })).toMatchObject({
      detail: expect.stringContaining('its first argument is empty'),
    })
  })

  test('a result that would be too large is never made', async () => {
    const note = 'a'.repeat(4_000)
    const source = 'note.replace("a", note).replace("a", note)'
    expect(await run(source, { note })).toMatchObject({
      code: 'tool-failed',
      detail: `replace() would give 16000000 characters; at most ${EXPRESSION_LIMITS.maxResultSize} are allowed`,
    })
  })
})
