/** Taking a rollout back: by new commits, around what tenants did since, and so that the next rollout brings it again. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRolloutApp, type RolloutApp, setLimits } from './product.ts'
import { type Body, expectSound } from './world.ts'

let app: RolloutApp
let run: Body
const before = new Map<string, string>()
const tenants = ['acme', 'globex', 'initech']
const treeOf = (tenant: string): string => app.repository.git(['rev-parse', `customer/${tenant}^{tree}`])

beforeEach(async () => {
  app = await createRolloutApp(tenants)
  for (const tenant of tenants) before.set(tenant, treeOf(tenant))
  setLimits(app, 'requests: 20\n')
  run = await app.rollOut()
})
afterEach(() => app.close())

const rollBack = async (body: object = {}): Promise<Body> => {
  await app.admin(`/rollouts/${run.id}/rollback`, body)
  return app.rest(run)
}

test('every branch has the files from before, on top of the merge', async () => {
  expect(await rollBack()).toMatchObject({ status: 'rolled-back', counts: { 'rolled-back': 3 } })
  for (const tenant of tenants) {
    expect(treeOf(tenant)).toBe(before.get(tenant))
    expect(app.repository.git(['log', '-1', '--format=%B', `customer/${tenant}^`])).toContain('Rollout-Plan')
    expect(await app.limitsOf(tenant)).toMatchObject({ requests: 10 })
  }
  await expectSound(app.folder)
})

test('only some: the others keep it, and the rollout stays what it was', async () => {
  expect(await rollBack({ tenants: ['acme'] })).toMatchObject({
    status: 'completed',
    counts: { 'rolled-back': 1, verified: 2 },
  })
  expect(await app.limitsOf('acme')).toMatchObject({ requests: 10 })
  expect(await app.limitsOf('globex')).toEqual({ requests: 20 })
})

test('a tenant that has moved on keeps its own later changes', async () => {
  app.commit('acme', { 'config/later.yaml': 'later: true\n' })
  expect(await rollBack()).toMatchObject({ status: 'rolled-back', counts: { 'rolled-back': 3 } })
  expect(await app.limitsOf('acme')).toMatchObject({ requests: 10 })
  expect(app.repository.git(['show', 'customer/acme:config/later.yaml'])).toBe('later: true')
})

test('a tenant whose later changes build on it is left as it is, and says why', async () => {
  app.commit('acme', { 'config/limits.yaml': 'requests: 25\n' })
  expect(await rollBack()).toMatchObject({ status: 'rolled-back', counts: { 'rolled-back': 2, 'rollback-parked': 1 } })
  const { items } = await app.admin(`/rollouts/${run.id}/tenants?state=rollback-parked`)
  expect(items).toMatchObject([{ tenant: 'acme', reason: expect.stringContaining('config/limits.yaml') }])
  expect(await app.limitsOf('acme')).toEqual({ requests: 25 })
})

test("the next rollout brings main's change again, and can be taken back as well", async () => {
  await rollBack()
  for (const limit of [20, 30]) {
    if (limit === 30) setLimits(app, 'requests: 30\n')
    run = await app.rollOut()
    expect(run).toMatchObject({ status: 'completed', counts: { verified: 3 } })
    for (const tenant of tenants) expect(await app.limitsOf(tenant)).toEqual({ requests: limit })
    expect(await rollBack()).toMatchObject({ status: 'rolled-back', counts: { 'rolled-back': 3 } })
    for (const tenant of tenants) expect(treeOf(tenant)).toBe(before.get(tenant))
  }
})

test('a rollout that was given up half way is taken back where it went out', async () => {
  await rollBack()
  run = await app.admin('/rollouts', { waves: [{ tenants: ['acme'] }] })
  await app.admin(`/rollouts/${run.id}/approve`, {})
  await app.rest(run)
  await app.admin(`/rollouts/${run.id}/abort`, {})
  expect(await rollBack()).toMatchObject({ status: 'rolled-back', counts: { 'rolled-back': 1, clean: 2 } })
  for (const tenant of tenants) expect(treeOf(tenant)).toBe(before.get(tenant))
})
