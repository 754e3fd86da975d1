import { describe, expect, test } from 'vitest'
import { createExpressions, type Expressions } from '../../src/expressions/expressions.ts'
import { EXPRESSION_LIMITS } from '../../src/expressions/limits.ts'
import { createExpressionWorkers } from '../../src/expressions/workers/workers.ts'
import type { TenantId } from '../../src/kernel/ids.ts'
import type { Json } from '../../src/kernel/json.ts'
import { evaluate, startExpressions, WORKER } from './harness.ts'

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

describe('a tenant whose expressions never end', () => {
  const HOSTILE = 'hostile' as TenantId
  const bomb = (pool: Expressions, tenant = HOSTILE) => evaluate(pool, BOMB, INPUT, bombInput, tenant)
  const good = (pool: Expressions, i: number) =>
    evaluate(pool, 'input.xs.map(x, x + 1)', INPUT, { input: { xs: [i] } }, 'good' as TenantId)
  /** Until a process runs, which takes as long as the machine needs. */
  const warm = async (pool: Expressions): Promise<void> => {
    while ((await Promise.resolve(good(pool, 0))).kind !== 'value');
  }

  test('keeps itself waiting, and nobody else', async () => {
    const workers = createExpressionWorkers({ workerUrl: WORKER })
    const pool = createExpressions({ workers })
    let ended = 0
    const attack = Array.from({ length: 40 }, () => Promise.resolve(bomb(pool)).finally(() => (ended += 1)))
    for (let i = 0; i < 20; i += 1) expect(await good(pool, i)).toEqual({ kind: 'value', value: [i + 1] })
    expect(ended).toBeLessThan(attack.length / 2)
    const outcomes = Promise.allSettled(attack)
    await workers.close()
    await outcomes
  })

  test('is told when there is no more room for it, while there is for others', async () => {
    const pool = startExpressions({ maxWaiting: 6, maxWaitingPerTenant: 4 })
    const attack = Array.from({ length: 5 }, () => bomb(pool))
    expect(await attack[4]).toMatchObject({ kind: 'failed', code: 'overloaded' })
    const calls = [good(pool, 1), good(pool, 2), good(pool, 3)]
    expect(await Promise.all(calls)).toEqual([2, 3, 4].map((i) => ({ kind: 'value', value: [i] })))
    // The third took the room of the one who had the most.
    expect(await attack[3]).toMatchObject({ kind: 'failed', code: 'overloaded' })
    expect(await attack[0]).toMatchObject({ code: 'tool-timeout' })
  })

  test('is told when no process was free in time', async () => {
    const pool = startExpressions({ size: 1, maxWaitMs: 50 })
    await warm(pool)
    const [running, waiting] = [bomb(pool), bomb(pool)]
    expect(await waiting).toMatchObject({
      kind: 'failed',
      code: 'overloaded',
      detail: expect.stringContaining('in time'),
    })
    expect(await running).toMatchObject({ code: 'tool-timeout' })
    await warm(pool)
  })
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
