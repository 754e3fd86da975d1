/** The gate between waves, on the executions that tenants really made before and after the wave. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type SetClock, setClock } from '../support/set-clock.ts'
import { post } from '../support/test-app.ts'
import { createRolloutApp, type RolloutApp } from './product.ts'
import type { Body } from './world.ts'

let app: RolloutApp
let clock: SetClock
beforeEach(async () => {
  clock = setClock()
  app = await createRolloutApp(['canary', 'other'], { overrides: { clock } })
  setShare('100.0 / n')
})
afterEach(() => app.close())

/** A commit of main with what the tool computes. */
const setShare = (result: string): string => {
  const input = { type: 'object', required: ['n'], properties: { n: { type: 'number' } } }
  const tool = { name: 'share', description: 'A share of a hundred.', input, compute: { result } }
  return app.repository.commit('main', { files: { 'tools/share.json': JSON.stringify(tool) } })
}

/** @returns the statuses of that many executions */
async function execute(tenant: string, times: number): Promise<Set<number>> {
  const statuses = new Set<number>()
  for (let i = 0; i < times; i += 1) {
    const answer = await app.request(tenant, '/api/v1/execute', post({ tool: 'share', input: { n: 4 } }))
    statuses.add(answer.status)
  }
  expect(statuses.has(404)).toBe(false)
  return statuses
}

const waves = [{ tenants: ['canary'] }, { percent: 100 }]
const thresholds = { watchSeconds: 60 }

/** The tool everywhere, traffic on it, then another version of it for the canary, and the traffic that follows. */
async function watchedRun(result: string, times: number): Promise<Body> {
  await app.rollOut()
  await execute('canary', times)
  clock.pass(1_000)
  setShare(result)
  const run = await app.rollOut({ waves, thresholds, approval: 'automatic' })
  expect(run).toMatchObject({ status: 'gate', counts: { verified: 1, clean: 1 } })
  await execute('canary', times)
  clock.pass(59_000)
  app.app.runs.wake()
  expect(await app.rest(run)).toMatchObject({ status: 'gate' })
  clock.pass(1_000)
  app.app.runs.wake()
  return app.rest(run)
}

test('a wave after which executions fail is watched, and paused with both rates; rolled back, they succeed again', async () => {
  const run = await watchedRun('100.0 / (n - n)', 20)
  expect(run).toMatchObject({
    status: 'paused',
    counts: { verified: 1, clean: 1 },
    reason: "100 % of the wave's executions failed after it went out, 0 % before; it may grow by 5 %.",
  })
  await app.admin(`/rollouts/${run.id}/rollback`, {})
  expect(await app.rest(run)).toMatchObject({ status: 'rolled-back' })
  expect(await execute('canary', 1)).toEqual(new Set([200]))
})

test('a person may let the wave pass all the same', async () => {
  const run = await watchedRun('100.0 / (n - n)', 20)
  await app.admin(`/rollouts/${run.id}/resume`, {})
  expect(await app.rest(run)).toMatchObject({ status: 'gate', counts: { verified: 2 } })
  clock.pass(60_000)
  app.app.runs.wake()
  expect(await app.rest(run)).toMatchObject({ status: 'completed', counts: { verified: 2 } })
})

test('a wave whose executions go on as before is followed by the next', async () => {
  const run = await watchedRun('200.0 / n', 20)
  expect(run).toMatchObject({ status: 'gate', counts: { verified: 2 } })
})

test('too few executions say nothing', async () => {
  const run = await watchedRun('100.0 / (n - n)', 19)
  expect(run).toMatchObject({ status: 'gate', counts: { verified: 2 } })
})
