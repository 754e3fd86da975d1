/** ESPALIER_ROLLOUT: what becomes of a new commit of main when nobody does anything. */
import { afterEach, expect, test } from 'vitest'
import { createRolloutApp, type RolloutApp, setLimits } from './product.ts'
import type { Body } from './world.ts'

let app: RolloutApp
afterEach(() => app.close())

const open = async (mode: string): Promise<void> => {
  app = await createRolloutApp(['acme', 'globex'], { env: { ESPALIER_ROLLOUT: mode } })
}
const runs = async (): Promise<Body[]> => {
  await app.app.runs.lookAtTrunk()
  await app.app.runs.settled()
  return (await app.admin('/rollouts')).items as Body[]
}

test('off: nothing', async () => {
  await open('off')
  setLimits(app, 'requests: 20\n')
  expect(await runs()).toEqual([])
})

test('plan: each commit is planned once, and a newer one takes the place of one that waits', async () => {
  await open('plan')
  expect(await runs()).toEqual([])
  const first = setLimits(app, 'requests: 20\n')
  expect(await runs()).toMatchObject([{ status: 'planned', from: first, by: 'system', counts: { clean: 2 } }])
  expect(await runs()).toHaveLength(1)
  const second = setLimits(app, 'requests: 30\n')
  expect(await runs()).toMatchObject([
    { status: 'planned', from: second },
    { status: 'aborted', from: first },
  ])
  expect(await app.limitsOf('acme')).toMatchObject({ requests: 10 })
})

test('auto: what is clean goes out, and what is not waits for a person', async () => {
  await open('auto')
  setLimits(app, 'requests: 20\n')
  expect(await runs()).toMatchObject([{ status: 'completed', counts: { verified: 2 } }])
  expect(await app.limitsOf('acme')).toEqual({ requests: 20 })
  app.commit('acme', { 'config/limits.yaml': 'requests: 25\n' })
  setLimits(app, 'requests: 30\n')
  expect((await runs())[0]).toMatchObject({ status: 'planned', approval: 'manual', counts: { conflict: 1, clean: 1 } })
})

test('auto: a run that another one kept waiting goes out after it', async () => {
  await open('auto')
  setLimits(app, 'requests: 20\n')
  const held = await app.admin('/rollouts', { waves: [{ tenants: ['acme'] }] })
  await app.admin(`/rollouts/${held.id}/approve`, {})
  await app.rest(held)
  const newer = setLimits(app, 'requests: 30\n')
  expect((await runs())[0]).toMatchObject({ status: 'planned', from: newer, approval: 'automatic' })
  await app.admin(`/rollouts/${held.id}/abort`, {})
  expect((await runs())[0]).toMatchObject({ status: 'completed', from: newer, counts: { verified: 2 } })
})
