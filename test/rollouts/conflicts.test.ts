/** What two people disagree about: told once, decided once, remembered. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRolloutApp, type RolloutApp, setLimits } from './product.ts'
import type { Body } from './world.ts'

let app: RolloutApp
beforeEach(async () => {
  app = await createRolloutApp(['acme', 'globex', 'initech'])
  for (const tenant of ['acme', 'globex']) app.commit(tenant, { 'config/limits.yaml': 'requests: 15\nown: 1\n' })
  setLimits(app, 'requests: 20\nnew: 2\n')
})
afterEach(() => app.close())

const clusters = async (): Promise<Body[]> => (await app.admin('/conflicts')).items as Body[]
const fingerprint = async (): Promise<string> =>
  String((await clusters()).find(({ pointer }) => pointer === '/requests')?.fingerprint)

test('equal conflicts are one, and the others go out without those who have it', async () => {
  const run = await app.rollOut()
  expect(run).toMatchObject({ status: 'completed', counts: { conflict: 2, verified: 1 } })
  expect((await clusters()).filter(({ pointer }) => pointer === '/requests')).toMatchObject([
    {
      path: 'config/limits.yaml',
      kind: 'edit-edit',
      base: '10',
      ours: '15',
      theirs: '20',
      tenants: ['acme', 'globex'],
    },
  ])
  expect(await app.limitsOf('acme')).toEqual({ requests: 15, own: 1 })
})

test.each([
  [{ use: 'main' }, 20],
  [{ use: 'tenant' }, 15],
  [{ use: 'value', value: '17' }, 17],
] as const)('%j is merged into everyone who has it, with the rest of both sides', async (decision, requests) => {
  const run = await app.rollOut()
  const { items } = await app.admin(`/conflicts/${await fingerprint()}/resolve`, decision)
  expect(items).toMatchObject([{ tenant: 'acme' }, { tenant: 'globex' }])
  expect(await app.rest(run)).toMatchObject({ status: 'completed', counts: { verified: 3 } })
  for (const tenant of ['acme', 'globex']) {
    expect(await app.limitsOf(tenant)).toMatchObject({ requests, own: 1, new: 2 })
  }
  expect(await clusters()).toEqual([])
})

test('a decision for one tenant leaves the others to be decided', async () => {
  const run = await app.rollOut()
  await app.admin(`/conflicts/${await fingerprint()}/resolve`, { use: 'main', tenants: ['acme'] })
  await app.rest(run)
  expect(await app.limitsOf('acme')).toMatchObject({ requests: 20 })
})

test('a decision is remembered: a later rollout that meets the same conflict does not ask', async () => {
  const run = await app.rollOut()
  await app.admin(`/conflicts/${await fingerprint()}/resolve`, { use: 'tenant' })
  await app.rest(run)
  await app.admin(`/rollouts/${run.id}/rollback`, {})
  await app.rest(run)
  expect(await app.rollOut()).toMatchObject({ status: 'completed', counts: { conflict: 0, verified: 3 } })
  expect(await app.limitsOf('acme')).toEqual({ requests: 15, own: 1, new: 2 })
})

test('a decision before the run is let out goes out with its wave', async () => {
  const run = await app.admin('/rollouts', { waves: [{ percent: 100 }] })
  expect(run).toMatchObject({ status: 'planned', counts: { conflict: 2, clean: 1 } })
  for (const { fingerprint: one } of await clusters()) await app.admin(`/conflicts/${one}/resolve`, { use: 'main' })
  expect(await app.admin(`/rollouts/${run.id}`)).toMatchObject({ status: 'planned', counts: { resolved: 2, clean: 1 } })
  await app.admin(`/rollouts/${run.id}/approve`, {})
  expect(await app.rest(run)).toMatchObject({ status: 'completed', counts: { verified: 3 } })
})

test('a decision about nothing, or without its value, is refused', async () => {
  expect(await app.refused('/conflicts/0000/resolve', { use: 'main' })).toMatchObject({ code: 'conflict-not-found' })
  expect(await app.refused('/conflicts/0000/resolve', { use: 'value' })).toMatchObject({ code: 'body-invalid' })
})
