/**
 * `kill -9` at any moment of planning, applying and rolling back, while tenants commit: the next server brings the run to
 * its end, nothing is applied twice, no branch is between two states, no commit of a tenant is lost, and nothing is left
 * behind. Twenty kills of the same folder; with ESPALIER_SOAK=1 two hundred.
 */
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from '../support/folder.ts'
import type { RunningServer } from '../support/server.ts'
import { type Body, branchOf, expectSound, filesOf, mergeCount, send } from './world.ts'

const isSoak = process.env.ESPALIER_SOAK === '1'
const ROUNDS = isSoak ? 200 : 20
const SEED = isSoak ? Date.now() % 2 ** 31 : 20_260_401

/** Enough that both waves move their branches by way of packed-refs. */
const TENANTS = Array.from({ length: 24 }, (_, i) => `t${String(i).padStart(2, '0')}`)
const BUSY = TENANTS[3] as string

let folder: Folder
beforeAll(() => {
  folder = createFolder()
  for (const tenant of TENANTS) folder.commit(tenant, { 'config/own.yaml': `name: ${tenant}\n` })
})
afterAll(() => folder.remove())

/** After the request went out; a run of these tenants takes some 100 ms. */
const moment = fc.record({
  op: fc.constantFrom('apply', 'rollback', 'apply', 'commit'),
  thenMs: fc.integer({ min: 0, max: 350 }),
})

test('a run survives kills at any moment', async () => {
  console.log(`seed ${SEED}`)
  const own: string[] = []
  let version = 0
  let runs = 0
  let server = await folder.serve()
  for (const tenant of TENANTS) await send(server.url, 'GET', `/admin/tenants/${tenant}`)
  for (const [round, { op, thenMs }] of fc.sample(moment, { seed: SEED, numRuns: ROUNDS }).entries()) {
    const newest = await settledRun(server)
    const asked = (
      op === 'rollback' && newest?.status === 'completed'
        ? send(server.url, 'POST', `/admin/rollouts/${newest.id}/rollback`, {})
        : startRun(++version)
    ).catch(whenGone)
    runs += 1
    if (op === 'commit') own.push(folder.commit(BUSY, { [`config/round-${round}.yaml`]: `round: ${round}\n` }))
    await delay(thenMs)
    await server.stop('SIGKILL')
    await asked
    server = await folder.serve()
    await expectWhole(await settledRun(server), own)
    await expectSound(folder)
  }
  expect(runs).toBe(ROUNDS)
  expect(await server.stop()).toBe(0)

  function startRun(limit: number): Promise<Body> {
    folder.repository.commit('main', { files: { 'config/limits.yaml': `requests: ${limit}\n` } })
    return send(server.url, 'POST', '/admin/rollouts', { approval: 'automatic', waves: [{ percent: 40 }] })
  }
}, 3_600_000)

/** A killed server answers nobody; one that lives may not refuse here. */
function whenGone(error: Error): void {
  if (error.message !== 'fetch failed') throw error
}

const AT_REST = new Set(['completed', 'rolled-back', 'planned'])

/** The newest run, once nothing happens to it any more. */
async function settledRun(server: RunningServer): Promise<Body | undefined> {
  for (;;) {
    const { items } = (await send(server.url, 'GET', '/admin/rollouts?pageSize=1')) as { items: Body[] }
    const newest = items[0]
    if (!newest || AT_REST.has(String(newest.status))) return newest
    if (newest.status === 'paused') expect.fail(`paused: ${newest.reason}`)
    await send(server.url, 'GET', '/livez')
  }
}

async function expectWhole(run: Body | undefined, own: readonly string[]): Promise<void> {
  for (const commit of own) folder.repository.git(['merge-base', '--is-ancestor', commit, branchOf(BUSY)])
  const names = filesOf(folder, TENANTS, 'config/own.yaml')
  for (const tenant of TENANTS) expect(names.get(tenant)).toBe(`name: ${tenant}`)
  if (!run) return
  const wanted = folder.repository.git(['show', `${run.from}:config/limits.yaml`])
  const counts = run.counts as Record<string, number>
  const limits = filesOf(folder, TENANTS, 'config/limits.yaml')
  const merges = mergeCount(folder, String(run.id))
  if (run.status === 'completed') {
    for (const tenant of TENANTS) expect(limits.get(tenant), tenant).toBe(wanted)
    expect(merges).toBe(TENANTS.length)
  } else expect(merges).toBeLessThanOrEqual(TENANTS.length)
  if (run.status === 'rolled-back') for (const tenant of TENANTS) expect(limits.get(tenant), tenant).not.toBe(wanted)
  const done =
    run.status === 'completed' ? counts.verified : run.status === 'rolled-back' ? counts['rolled-back'] : TENANTS.length
  expect(done, JSON.stringify(run)).toBe(TENANTS.length)
}
