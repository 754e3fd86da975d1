/** Reads while a rollout is under way: each is wholly old or wholly new, and once new never old again. */
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { createRolloutApp, type RolloutApp } from './product.ts'

let app: RolloutApp
afterEach(() => app.close())

const TENANTS = Array.from({ length: 30 }, (_, i) => `t${i}`)
const OLD = { limits: { requests: 10, nested: expect.anything() }, features: { beta: false } }
const NEW = { limits: { requests: 20 }, features: { beta: true } }

test('every read of every tenant is of one commit', async () => {
  app = await createRolloutApp(TENANTS)
  app.repository.commit('main', {
    files: { 'config/limits.yaml': 'requests: 20\n', 'config/features.json': '{"beta": true}' },
  })
  const run = await app.admin('/rollouts', { approval: 'automatic', startAt: '2000-01-01T00:00:00Z' })
  const isNew = new Set<string>()
  let oldReads = 0
  while (isNew.size < TENANTS.length) {
    for (const tenant of TENANTS) {
      const answer = await app.request(tenant, '/api/v1/config')
      const { config } = (await answer.json()) as { config: { limits: { requests: number }; features: object } }
      const seen = { limits: config.limits, features: config.features }
      const isOld = config.limits.requests === 10
      expect(seen).toEqual(isOld ? OLD : NEW)
      expect(isOld && isNew.has(tenant), `${tenant} went back`).toBe(false)
      if (isOld) oldReads += 1
      else isNew.add(tenant)
      await turn()
    }
  }
  expect(oldReads).toBeGreaterThan(0)
  expect(await app.rest(run)).toMatchObject({ status: 'completed', counts: { verified: TENANTS.length } })
})
