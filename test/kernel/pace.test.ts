/** How long a rollout rests, by what the event loop did meanwhile. */
import { expect, test } from 'vitest'
import { createPace } from '../../src/kernel/pace.ts'

/** A loop that is busy for this share of its time; gives how long a rest after `workedMs` took. */
async function restAfter(workedMs: number, busy: number): Promise<number> {
  let now = 0
  const pace = createPace({
    now: () => now,
    utilization: (since) => {
      const active = now * busy - (since?.active ?? 0)
      const idle = now * (1 - busy) - (since?.idle ?? 0)
      return { active, idle, utilization: since ? active / (active + idle) : 0 }
    },
    wait: async (ms) => {
      now += ms
    },
  })
  let doneAt = 0
  await pace(async () => {
    now += workedMs
    doneAt = now
  })
  return now - doneAt
}

test.each([
  ['an idle server is given all of', 100, 0, 3],
  ['one that is hardly asked, nearly all of', 100, 0.3, 24],
  ['a busy one leaves it a fifth', 100, 1, 402],
  ['a busy one leaves it a fifth of little, too', 2, 1, 9],
  ['however much was done, it goes on', 60_000, 1, 5_001],
])('%s', async (_, workedMs, busy, restMs) => {
  expect(await restAfter(workedMs, busy)).toBe(restMs)
})
