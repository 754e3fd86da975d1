import { describe, expect, test } from 'vitest'
import { createExpressions } from '../../src/expressions/expressions.ts'
import { EXPRESSION_LIMITS } from '../../src/expressions/limits.ts'
import { createExpressionWorkers } from '../../src/expressions/workers.ts'
import type { Json } from '../../src/kernel/json.ts'
import { evaluate, startExpressions } from './harness.ts'

const expressions = startExpressions()
const INPUT = { input: 'map' }
const BOMB = 'input.xs.all(x, input.xs.all(y, input.xs.all(z, x <= y || y <= x || z >= 0.0)))'
const bombInput = { input: { xs: Array.from({ length: 20_000 }, (_, i) => i) } }

test.each([
  ['input.xs.filter(x, x > 1)', [2, 3]],
  ['input.xs.map(x, x * 2)', [2, 4, 6]],
  ['input.xs.map(x, x > 2 ? "big" : x)', [1, 2, 'big']],
  ['input.xs.exists(x, x == 2)', true],
  ['input.xs.exists_one(x, x == 4)', false],
  ['input.xs.all(x, x in [1, 2, 3])', true],
  ['size(input.xs.filter(x, x > 1)) / size(input.xs)', 0],
  ['cel.bind(n, input.xs[0], n + n)', 2],
  ['input.names.exists(n, n.matches("^b+$"))', true],
  ['input.names.map(n, has(input.prefix) ? input.prefix + n : n)', ['a', 'bb']],
])('%s runs in a process', async (source, value) => {
  const running = evaluate(expressions, source, INPUT, { input: { xs: [1, 2, 3], names: ['a', 'bb'] } })
  expect(running).toBeInstanceOf(Promise)
  expect(await running).toEqual({ kind: 'value', value })
})

test('a loop that does not end in time fails alone, and the next call is answered', async () => {
  const next = () => evaluate(expressions, 'input.xs.map(x, x + 1)', INPUT, { input: { xs: [1] } })
  const [bomb, beside] = await Promise.all([evaluate(expressions, BOMB, INPUT, bombInput), next()])
  expect(bomb).toMatchObject({ kind: 'failed', code: 'tool-timeout', detail: expect.stringContaining('250 ms') })
  expect(beside).toEqual({ kind: 'value', value: [2] })
  expect(await next()).toEqual({ kind: 'value', value: [2] })
})

test('more loops than processes wait for their turn', async () => {
  const calls = Array.from({ length: 20 }, (_, i) =>
    evaluate(expressions, 'input.xs.map(x, x + 1)', INPUT, { input: { xs: [i] } }),
  )
  expect(await Promise.all(calls)).toEqual(calls.map((_, i) => ({ kind: 'value', value: [i + 1] })))
})

test('a queue that is full says so', async () => {
  const narrow = startExpressions({ size: 1, maxWaiting: 1 })
  const [first, second] = [1, 2].map((x) => evaluate(narrow, 'input.xs.all(x, true)', INPUT, { input: { xs: [x] } }))
  expect(await second).toMatchObject({ kind: 'failed', code: 'overloaded' })
  expect(await first).toEqual({ kind: 'value', value: true })
})

describe('growth', () => {
  /** `start`, doubled as often as told, in `use`. */
  const doubling = (start: string, times: number, use: (name: string) => string): string => {
    const steps = Array.from({ length: times }, (_, i) => `cel.bind(s${i + 1}, s${i} + s${i}, `).join('')
    return `cel.bind(s0, ${start}, ${steps}${use(`s${times}`)}${')'.repeat(times + 1)}`
  }

  test('a text that doubles again and again is refused as a result', async () => {
    const source = doubling('input.s', 20, (name) => name)
    const result = await evaluate(expressions, source, INPUT, { input: { s: 'x'.repeat(100) } })
    expect(result).toMatchObject({ code: 'tool-failed', detail: expect.stringContaining('too large') })
  })

  test('a list that doubles again and again is stopped by the memory or the time it takes', async () => {
    const source = doubling('input.s', 20, (name) => `size(${name})`)
    const input = { s: Array.from({ length: 1000 }, () => 1) }
    expect(await evaluate(expressions, source, INPUT, { input })).toMatchObject({ kind: 'failed' })
    expect(await evaluate(expressions, 'input.s.all(x, x == 1)', INPUT, { input })).toEqual({
      kind: 'value',
      value: true,
    })
  })

  test('a text that grows by one large allocation ends its worker, not the server', async () => {
    const source = `size(input.s${'.split("").join("abcdefgh")'.repeat(12)})`
    const result = await evaluate(expressions, source, INPUT, { input: { s: 'x'.repeat(1000) } })
    expect(result).toMatchObject({ kind: 'failed' })
  })

  test('an input that is nested too deeply to be looked at does no harm', async () => {
    let xs: Json = []
    for (let i = 0; i < 50_000; i++) xs = [xs]
    const result = await evaluate(expressions, 'size(input.xs)', INPUT, { input: { xs } })
    expect(result).toMatchObject({ kind: 'failed' })
  })

  test('a result that is too large is refused', async () => {
    const s = 'x'.repeat(EXPRESSION_LIMITS.maxInlineSize - 10)
    const source = Array.from({ length: 33 }, () => 's').join(' + ')
    expect(evaluate(expressions, source, { s: 'string' }, { s })).toMatchObject({
      code: 'tool-failed',
      detail: expect.stringContaining('too large'),
    })
  })

  test('large values leave the server', async () => {
    const s = 'x'.repeat(EXPRESSION_LIMITS.maxInlineSize + 1)
    const running = evaluate(expressions, 'size(s)', { s: 'string' }, { s })
    expect(running).toBeInstanceOf(Promise)
    expect(await running).toEqual({ kind: 'value', value: s.length })
  })
})

test('where processes cannot start, calls fail and do not wait for ever', async () => {
  const workers = createExpressionWorkers({ workerUrl: new URL('file:///nowhere/worker.mjs') })
  const broken = createExpressions({ workers })
  await expect(evaluate(broken, 'input.xs.all(x, true)', INPUT, { input: { xs: [1] } })).rejects.toThrow()
  await workers.close()
})
