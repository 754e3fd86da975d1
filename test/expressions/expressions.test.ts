import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Variables } from '../../src/expressions/language/variables.ts'
import { EXPRESSION_LIMITS } from '../../src/expressions/limits.ts'
import type { Json, JsonObject } from '../../src/kernel/json.ts'
import { bindings, evaluate, startExpressions, TENANT } from './harness.ts'

const expressions = startExpressions()

const NUMBERS: Variables = { a: 'dyn<double>', b: 'dyn<double>', xs: 'list', input: 'map', note: 'string' }

const invalid = (source: string, variables: Variables = NUMBERS) => {
  const compilation = expressions.compileExpression(source, variables)
  return compilation.kind === 'invalid' ? compilation : expect.fail(`${source} was accepted`)
}

describe('numbers of JSON', () => {
  const cases: [source: string, values: JsonObject, value: Json][] = [
    ['a * 7', { a: 12 }, 84],
    ['7 * a', { a: 1.5 }, 10.5],
    ['a / b', { a: 7, b: 2 }, 3.5],
    ['a / 2', { a: 7 }, 3.5],
    ['7 / 2', {}, 3],
    ['a % b', { a: 7, b: 4 }, 3],
    ['a % 4', { a: 7 }, 3],
    ['7 % a', { a: 4 }, 3],
    ['-a', { a: 3 }, -3],
    ['a > 1000', { a: 1000.5 }, true],
    ['1000 >= a', { a: 1000 }, true],
    ['a == 7', { a: 7 }, true],
    ['7 == a', { a: 7 }, true],
    ['a != 7', { a: 7 }, false],
    ['a + 1 == 8', { a: 7 }, true],
    ['a in [1, 2, 7]', { a: 7 }, true],
    ['b == 0 ? 0 : a / b', { a: 1, b: 0 }, 0],
    ['b == 0 ? 0 : a / b', { a: 1, b: 4 }, 0.25],
    ['b == 0 ? "none" : a', { a: 1, b: 0 }, 'none'],
    ['size(xs) * 2', { xs: [1, 2, 3] }, 6],
    ['size(xs) * a', { xs: [1, 2, 3], a: 0.5 }, 1.5],
    ['xs[0] + xs[1]', { xs: [1, 2] }, 3],
    ['xs[int(a)]', { xs: [1, 2], a: 1 }, 2],
    ['xs == [1, 2]', { xs: [1, 2] }, true],
    ['[a, 1, "x", true, null]', { a: 0.5 }, [0.5, 1, 'x', true, null]],
    ['{"a": a, "n": 1}', { a: 2 }, { a: 2, n: 1 }],
    ['"order " + string(a)', { a: 12345 }, 'order 12345'],
    ['string(a)', { a: 0.5 }, '0.5'],
  ]
  test.each(cases)('%s with %j is %j', (source, values, value) => {
    expect(evaluate(expressions, source, NUMBERS, values)).toEqual({ kind: 'value', value })
  })

  test('arithmetic is that of doubles', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
    fc.assert(
      fc.property(number, number, (a, b) => {
        const result = evaluate(expressions, '[a + b, a - b, a * b]', NUMBERS, { a, b })
        expect(result).toEqual({ kind: 'value', value: [a + b, a - b, a * b] })
      }),
    )
  })

  const failures: [source: string, values: JsonObject, detail: RegExp][] = [
    ['a / b', { a: 1, b: 0 }, /division by zero/],
    ['a / b', { a: 0, b: 0 }, /division by zero/],
    ['a % b', { a: 1, b: 0 }, /division by zero/],
    ['1 / 0', {}, /division by zero/],
    ['a * a', { a: 1e300 }, /overflow/],
    ['9007199254740992', {}, /too large a whole number/],
    ['9223372036854775807 + 1', {}, /overflow/],
  ]
  test.each(failures)('%s with %j fails', (source, values, detail) => {
    expect(evaluate(expressions, source, NUMBERS, values)).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringMatching(detail),
    })
  })
})

describe('results that JSON has no type for become text', () => {
  test.each([
    ['timestamp("2026-01-02T03:04:05Z")', '2026-01-02T03:04:05.000Z'],
    ['timestamp("2026-01-02T03:04:05Z") - timestamp("2026-01-02T03:00:00Z")', '245s'],
    ['b"ab"', 'YWI='],
    ['3u', 3],
  ])('%s', (source, value) => {
    expect(evaluate(expressions, source)).toEqual({ kind: 'value', value })
  })

  test('a type is refused', () => {
    expect(evaluate(expressions, 'type(1)')).toMatchObject({ kind: 'failed', detail: expect.stringMatching(/type/) })
  })
})

describe('what is absent', () => {
  test('a missing variable is named', () => {
    expect(evaluate(expressions, 'note + "!"', NUMBERS, { input: {} })).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringContaining('`note` is missing'),
    })
  })

  test('a missing member is named with its path', () => {
    expect(evaluate(expressions, 'input.a.b', NUMBERS, { input: { a: {} } })).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringContaining('`input.a.b` is missing'),
    })
  })

  test('has() tells, and guards the use of a name', () => {
    const source = 'has(input.note) ? note : "none"'
    expect(evaluate(expressions, source, NUMBERS, { input: {} })).toEqual({ kind: 'value', value: 'none' })
    const input = { note: 'n' }
    expect(evaluate(expressions, source, NUMBERS, { input, note: 'n' })).toEqual({ kind: 'value', value: 'n' })
  })

  test('members of the prototype are not variables', () => {
    expect(evaluate(expressions, 'constructor', { constructor: 'dyn' })).toMatchObject({
      detail: expect.stringContaining('`constructor` is missing'),
    })
    expect(evaluate(expressions, 'has(input.toString)', NUMBERS, { input: {} })).toEqual({
      kind: 'value',
      value: false,
    })
  })
})

describe('refused when it is compiled', () => {
  test('an unknown variable, with the nearest name and the column', () => {
    expect(invalid('1 + amonut', { amount: 'dyn<double>' })).toMatchObject({
      column: 5,
      detail: expect.stringContaining('`amount`'),
    })
  })

  test.each([
    ['a +', /unexpected/],
    ['a + "x"', /string\(/],
    ['"x" + a', /string\(/],
    ['nothing(a)', /nothing/],
    ['note && true', /bool/],
    ['note.substring(a)', /int\(/],
    ['[1, 2][a]', /int\(/],
    ['note.matches("[")', /./],
    ['note.matches(note)', /literal/],
    ['note.matches("(?=a)b")', /./],
  ])('%s', (source, detail) => {
    expect(invalid(source).detail).toMatch(detail)
  })

  test('a property named after a word of CEL is reached through input only', () => {
    const variables = { type: 'string', input: 'map' }
    expect(invalid('type + "x"', variables).detail).toContain('`input.type`')
    const values = { input: { type: 't' } }
    expect(evaluate(expressions, 'input.type + "x"', variables, values)).toEqual({ kind: 'value', value: 'tx' })
  })

  test.each([
    ['long', `a ${'+ a '.repeat(EXPRESSION_LIMITS.maxSourceLength)}`],
    ['many parts', `a${'+a'.repeat(EXPRESSION_LIMITS.maxNodes)}`],
    ['nested parentheses', `${'('.repeat(200)}a${')'.repeat(200)}`],
    ['nested lists', `${'['.repeat(200)}a${']'.repeat(200)}`],
    ['nested calls', `${'size('.repeat(200)}a${')'.repeat(200)}`],
    ['nested indexes', `xs${'[0]'.repeat(200)}`],
    ['nested minus signs', `${'-'.repeat(4000)}a`],
  ])('one that is too deep or too long: %s', (_, source) => {
    expect(invalid(source).detail).toMatch(/exceeded|at most|nested/)
  })
})

describe('a call that no function takes', () => {
  test.each([
    ['sum(xs)', 'there is no function `sum(...)`; write `list.sum()`'],
    ['round(a, 2)', 'there is no function `round(...)`; write `math.round(number)`, `math.round(number, number)`'],
    ['xs.summ()', 'there is no function `list.summ(...)`; did you mean `list.sum()`?'],
    [
      'math.frobnicate(a)',
      'there is no function `math.frobnicate(...)`; there are abs, ceil, floor, greatest, least, round',
    ],
    ['note.sum()', 'no function takes `string.sum()`; there is `list.sum()`'],
    ['math.least("a", 1)', 'no function takes `math.least(string, int)`; there is `math.least(number, number)`'],
    ['Math.round(a)', 'unknown variable `Math`; did you mean `math`?'],
  ])('%s: %s', (source, detail) => {
    expect(invalid(source).detail).toBe(detail)
  })

  test('nor at run time', () => {
    expect(evaluate(expressions, 'input.note.sum()', NUMBERS, { input: { note: 'n' } })).toMatchObject({
      code: 'tool-failed',
      detail: 'no function takes `string.sum()`; there is `list.sum()`',
    })
  })
})

describe('matches', () => {
  test('is linear where a backtracking matcher would never end', () => {
    const source = 'note.matches("^(a+)+$")'
    const run = (note: string) => evaluate(expressions, source, NUMBERS, { note })
    expect(run(`${'a'.repeat(40)}!`)).toEqual({ kind: 'value', value: false })
    expect(run('a'.repeat(40))).toEqual({ kind: 'value', value: true })
  })
})

test('whatever is written, compiling and running it never throws', async () => {
  const token = fc.constantFrom(
    ...['a', 'b', 'xs', 'input', 'note', 'nope', '1', '2.5', '"t"', 'null', 'true', 'x', 'type', 'int', 'cel'],
    ...['+', '-', '*', '/', '%', '==', '!=', '<', '>', 'in', '&&', '||', '?', ':', '!', '.', ',', '(', ')', '[', ']'],
    ...['{', '}', 'size(', 'has(', 'string(', 'dyn(', '.map(x,', '.matches(', '.filter(x,', '.bind(x,', '.split('],
    ...['math', '.round(', '.sum()', '.max()', '.sort()', '.distinct()', '.replace('],
  )
  const values = { a: 1, b: -2.5, xs: [1, 'two', null, { x: 3 }], note: 'n', input: { a: 1, xs: [1, 2] } }
  await fc.assert(
    fc.asyncProperty(fc.array(token, { maxLength: 9 }), async (tokens) => {
      const compilation = expressions.compileExpression(tokens.join(' '), NUMBERS)
      if (compilation.kind === 'invalid') expect(compilation.detail).not.toBe('')
      else expect(await compilation.expression.run(bindings(values), TENANT)).toHaveProperty('kind')
    }),
    { numRuns: 2000 },
  )
})
