/** Who is next, by the time that each has used. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFairQueue } from '../../src/expressions/workers/fair-queue.ts'

const ROOMY = { maxRunning: 1, maxWaiting: 1_000, maxWaitingPerOwner: 1_000 }
const fill = (queue: ReturnType<typeof createFairQueue<string>>, owner: string, items: number): void => {
  for (let i = 0; i < items; i += 1) expect(queue.add(owner, `${owner}${i}`)).toBeUndefined()
}

describe('a fair queue', () => {
  test('gives each the same time, however many items they send and however long each takes', () => {
    const queue = createFairQueue<string>(ROOMY)
    fill(queue, 'slow', 100)
    fill(queue, 'quick', 100)
    const used = { slow: 0, quick: 0 }
    for (let i = 0; i < 44; i += 1) {
      const { item, done } = queue.next() ?? expect.fail('nothing left')
      const owner = item.startsWith('slow') ? 'slow' : 'quick'
      const ms = owner === 'slow' ? 100 : 10
      used[owner] += ms
      done(ms)
    }
    expect(Math.abs(used.slow - used.quick)).toBeLessThanOrEqual(100)
  })

  test('does not let somebody make up for the time in which they were away', () => {
    const queue = createFairQueue<string>(ROOMY)
    fill(queue, 'busy', 20)
    for (let i = 0; i < 10; i += 1) queue.next()?.done(100)
    fill(queue, 'late', 20)
    const served = Array.from({ length: 6 }, () => {
      const { item, done } = queue.next() ?? expect.fail('nothing left')
      done(100)
      return item.slice(0, 4)
    })
    expect(served.filter((owner) => owner === 'busy').length).toBeGreaterThanOrEqual(2)
  })

  test('gives nobody more than their share at once', () => {
    const queue = createFairQueue<string>(ROOMY)
    fill(queue, 'a', 2)
    const first = queue.next()
    expect([first?.item, queue.next(), queue.hasNext()]).toEqual(['a0', undefined, false])
    fill(queue, 'b', 1)
    expect(queue.next()?.item).toBe('b0')
    first?.done(1)
    expect(queue.next()?.item).toBe('a1')
  })

  test('loses nothing, keeps each order, and holds its bounds', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('add'), owner: fc.constantFrom('a', 'b', 'c') }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('take'), ms: fc.nat(100) }) },
    )
    fc.assert(
      fc.property(fc.array(step as fc.Arbitrary<Step>, { maxLength: 80 }), (steps) => {
        const queue = createFairQueue<string>({ maxRunning: 2, maxWaiting: 8, maxWaitingPerOwner: 5 })
        const waiting: string[] = []
        for (const [index, each] of steps.entries()) {
          if (each.kind === 'add') {
            const item = `${each.owner}${index}`
            waiting.push(item)
            const refused = queue.add(each.owner, item)
            if (refused !== undefined) waiting.splice(waiting.indexOf(refused), 1)
          } else {
            const next = queue.next()
            expect(next === undefined).toBe(waiting.length === 0)
            if (!next) continue
            expect(next.item).toBe(waiting.find((item) => item[0] === next.item[0]))
            waiting.splice(waiting.indexOf(next.item), 1)
            next.done(each.ms)
          }
          expect(waiting.length).toBeLessThanOrEqual(8)
          for (const owner of 'abc') expect(waiting.filter((item) => item[0] === owner).length).toBeLessThanOrEqual(5)
        }
        expect(queue.drain().toSorted()).toEqual(waiting.toSorted())
        expect(queue.next()).toBeUndefined()
      }),
      { numRuns: process.env.ESPALIER_SOAK === '1' ? 5_000 : 200 },
    )
  })
})

type Step = { kind: 'add'; owner: string } | { kind: 'take'; ms: number }
