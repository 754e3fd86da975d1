/** Runs through the whole product: planned, let out in waves, and where every branch stands afterwards. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { setClock } from '../support/set-clock.ts'
import { createRolloutApp, type RolloutApp, setLimits } from './product.ts'
import type { Body } from './world.ts'

let app: RolloutApp
afterEach(() => app.close())

const twenty = Array.from({ length: 20 }, (_, i) => `t${i}`)

test('a change of main reaches every branch as a signed merge with both parents and the trailers', async () => {
  app = await createRolloutApp(twenty)
  const trunk = setLimits(app, 'requests: 20\n')
  const before = new Map(twenty.map((name) => [name, app.repository.git(['rev-parse', `customer/${name}`])]))
  const run = await app.rollOut()
  expect(run).toMatchObject({
    status: 'completed',
    from: trunk,
    counts: { verified: 20 },
    actions: ['rollback'],
  })
  const format =
    '--format=%(refname:lstrip=3) %(parent) %(contents:trailers:key=Rollout-Id,key=Rollout-Plan,separator=;)'
  const heads = app.repository.git(['for-each-ref', format, 'refs/heads/customer']).split('\n')
  for (const name of twenty) {
    expect(heads).toContain(`${name} ${before.get(name)} ${trunk} Rollout-Id: ${run.id};Rollout-Plan: ${run.plan}`)
    expect(await app.limitsOf(name)).toEqual({ requests: 20 })
  }
  expect(app.repository.git(['cat-file', 'commit', 'customer/t0'])).toContain('gpgsig -----BEGIN SSH SIGNATURE-----')
})

test('nothing is left to do the second time', async () => {
  app = await createRolloutApp(['acme'])
  setLimits(app, 'requests: 20\n')
  await app.rollOut()
  const head = app.repository.git(['rev-parse', 'customer/acme'])
  expect(await app.rollOut()).toMatchObject({ status: 'completed', counts: { noop: 1 } })
  expect(app.repository.git(['rev-parse', 'customer/acme'])).toBe(head)
})

test('a dry run says what would happen and keeps nothing', async () => {
  app = await createRolloutApp(['acme', 'globex'])
  await app.admin('/tenants/globex/hold', { reason: 'quarter close' }, 'PUT')
  setLimits(app, 'requests: 20\n')
  const plan = await app.admin('/rollouts', { dryRun: true })
  expect(plan).toMatchObject({
    counts: { clean: 1, held: 1 },
    tenants: [
      { tenant: 'acme', state: 'clean', files: [{ path: 'config/limits.yaml', change: 'changed' }] },
      { tenant: 'globex', state: 'held', reason: 'quarter close', files: [] },
    ],
  })
  expect(await app.admin('/rollouts')).toEqual({ items: [] })
})

test('by hand, each wave waits for a word; pause, resume and abort are obeyed between them', async () => {
  app = await createRolloutApp(['canary', 'one', 'two'])
  setLimits(app, 'requests: 20\n')
  const waves = [{ tenants: ['canary'] }, { tenants: ['one'] }]
  const run = await app.admin('/rollouts', { waves })
  expect(run).toMatchObject({
    status: 'planned',
    waves: [{ title: 'canary' }, { title: 'one' }, { title: 'the rest' }],
  })
  const act = (name: string): Promise<Body> => app.admin(`/rollouts/${run.id}/${name}`, {})
  await act('approve')
  expect(await app.rest(run)).toMatchObject({ status: 'gate', counts: { verified: 1, clean: 2 } })
  expect([await app.limitsOf('canary'), await app.limitsOf('one')]).toEqual([{ requests: 20 }, expect.anything()])
  await act('pause')
  expect(await app.refused(`/rollouts/${run.id}/approve`, {})).toMatchObject({
    status: 409,
    code: 'rollout-status-conflict',
  })
  await act('resume')
  expect(await app.rest(run)).toMatchObject({ status: 'gate', wave: { index: 0 } })
  await act('approve')
  expect(await app.rest(run)).toMatchObject({ status: 'gate', wave: { index: 1 }, counts: { verified: 2, clean: 1 } })
  expect(await app.admin(`/rollouts/${run.id}/abort`, { reason: 'enough' })).toMatchObject({
    status: 'aborted',
    reason: 'enough',
  })
  expect(await app.rest(run)).toMatchObject({ counts: { verified: 2, clean: 1 }, actions: ['rollback'] })
  const { items } = await app.admin('/audit?pageSize=50')
  const actions = (items as Body[])
    .map(({ action }) => action)
    .filter((action) => String(action).startsWith('rollout.'))
  expect(actions.toReversed()).toEqual([
    'rollout.started',
    'rollout.approved',
    'rollout.paused',
    'rollout.resumed',
    'rollout.approved',
    'rollout.aborted',
  ])
})

test('selected by label, by plan and by name; who is not selected is not touched', async () => {
  app = await createRolloutApp([])
  for (const [tenant_id, region] of [
    ['acme', 'eu'],
    ['globex', 'us'],
    ['initech', 'eu'],
  ]) {
    await app.admin('/tenants', { tenant_id, labels: { region } })
  }
  setLimits(app, 'requests: 20\n')
  const run = await app.rollOut({ select: { labels: { region: 'eu' }, tenants: ['acme', 'globex'] } })
  const { items } = await app.admin(`/rollouts/${run.id}/tenants`)
  expect(items).toMatchObject([{ tenant: 'acme', state: 'verified' }])
  expect(await app.refused('/rollouts', { select: { tenants: ['nobody'] } })).toMatchObject({
    code: 'tenant-not-found',
  })
  expect(await app.refused('/rollouts', { from: '--help' })).toMatchObject({
    code: 'rollout-from-unknown',
    status: 422,
  })
})

test('a run that starts later waits for its time', async () => {
  const clock = setClock()
  app = await createRolloutApp(['acme'], { overrides: { clock } })
  setLimits(app, 'requests: 20\n')
  const run = await app.rollOut({ startAt: new Date(clock.now() + 60_000).toISOString() })
  expect(run).toMatchObject({ status: 'approved', counts: { clean: 1 } })
  clock.pass(60_000)
  app.app.runs.wake()
  expect(await app.rest(run)).toMatchObject({ status: 'completed' })
})

test('what a tenant commits after the plan wins, and the merge goes on top of it', async () => {
  app = await createRolloutApp(['acme'])
  setLimits(app, 'requests: 20\n')
  const run = await app.admin('/rollouts', {})
  const own = app.commit('acme', { 'config/late.yaml': 'late: true\n' })
  await app.admin(`/rollouts/${run.id}/approve`, {})
  expect(await app.rest(run)).toMatchObject({ status: 'completed', counts: { verified: 1 } })
  expect(app.repository.git(['rev-parse', 'customer/acme^1'])).toBe(own)
  expect(await app.limitsOf('acme')).toEqual({ requests: 20 })
})

test('a tenant whose branch is gone is left out with the reason, and fails no wave of the others', async () => {
  app = await createRolloutApp(['acme', 'globex'])
  await app.admin('/tenants')
  app.repository.git(['update-ref', '-d', 'refs/heads/customer/globex'])
  setLimits(app, 'requests: 20\n')
  const run = await app.rollOut()
  expect(run).toMatchObject({ status: 'completed', counts: { verified: 1, held: 1 }, actions: ['retry', 'rollback'] })
  const { items } = await app.admin(`/rollouts/${run.id}/tenants?state=held`)
  expect(items).toMatchObject([{ tenant: 'globex', reason: expect.stringContaining('is gone') }])
})

test('what was never let out has nothing to take back', async () => {
  app = await createRolloutApp(['acme'])
  setLimits(app, 'requests: 20\n')
  const run = await app.admin('/rollouts', {})
  expect(run).toMatchObject({ actions: ['approve', 'abort'] })
  expect(await app.admin(`/rollouts/${run.id}/abort`, {})).toMatchObject({ status: 'aborted', actions: [] })
})

test('a branch that cannot be moved is parked, the gate pauses the run, and retry takes it up again', async () => {
  app = await createRolloutApp(['acme', 'globex'])
  setLimits(app, 'requests: 20\n')
  const lock = join(app.repository.gitDir, 'refs/heads/customer/acme.lock')
  mkdirSync(dirname(lock), { recursive: true })
  writeFileSync(lock, 'somebody else\n')
  const run = await app.rollOut()
  expect(run).toMatchObject({ status: 'paused', counts: { parked: 1, verified: 1 } })
  expect(run.reason).toContain("1 of the wave's 2 tenants failed")
  const { items } = await app.admin(`/rollouts/${run.id}/tenants?state=parked`)
  expect(items).toMatchObject([{ tenant: 'acme', reason: expect.stringContaining('locked') }])
  rmSync(lock)
  await app.admin(`/rollouts/${run.id}/retry`, {})
  expect(await app.rest(run)).toMatchObject({ status: 'completed', counts: { verified: 2 } })
})

test('a merge that would break a tenant is not made, and says why', async () => {
  app = await createRolloutApp(['acme'])
  app.commit('acme', { 'workflows/own.yaml': 'name: own\nstages: [small]\n' })
  app.repository.commit('main', {
    files: { 'tools/small.json': null, 'workflows/both.yaml': 'name: both\nstages: [double]\n' },
  })
  const head = app.repository.git(['rev-parse', 'customer/acme'])
  const run = await app.rollOut()
  expect(run).toMatchObject({ counts: { invalid: 1 } })
  const { items } = await app.admin(`/rollouts/${run.id}/tenants`)
  expect(items).toMatchObject([
    { state: 'invalid', errors: [{ file: 'workflows/own.yaml', detail: expect.stringContaining('small') }] },
  ])
  expect(app.repository.git(['rev-parse', 'customer/acme'])).toBe(head)
})

test('one run at a time has a tenant in hand', async () => {
  app = await createRolloutApp(['acme', 'globex'])
  setLimits(app, 'requests: 20\n')
  const waves = [{ tenants: ['acme'] }]
  const [first, second] = [await app.admin('/rollouts', { waves }), await app.admin('/rollouts', { waves })]
  await app.admin(`/rollouts/${first.id}/approve`, {})
  await app.rest(first)
  expect(await app.refused(`/rollouts/${second.id}/approve`, {})).toMatchObject({
    status: 409,
    code: 'rollout-tenants-busy',
    detail: expect.stringContaining('globex'),
  })
  await app.admin(`/rollouts/${first.id}/approve`, {})
  await app.rest(first)
  await app.admin(`/rollouts/${second.id}/approve`, {})
  expect(await app.rest(second)).toMatchObject({ status: 'gate', counts: { noop: 1, clean: 1 } })
  await app.admin(`/rollouts/${second.id}/approve`, {})
  expect(await app.rest(second)).toMatchObject({ status: 'completed', counts: { noop: 2 } })
})

test('events tell the whole story, and go on after the last one that was seen', async () => {
  app = await createRolloutApp(['acme'])
  setLimits(app, 'requests: 20\n')
  const run = await app.rollOut()
  const follow = async (headers: Record<string, string> = {}): Promise<string[]> =>
    (await (await app.request(undefined, `/admin/rollouts/${run.id}/events`, { headers })).text())
      .split('\n\n')
      .filter((part) => part.startsWith('id: '))
  const events = await follow()
  const statuses = events.map((event) => /"status":"([a-z-]+)"/.exec(event)?.[1])
  expect([...new Set(statuses)]).toEqual(['planned', 'approved', 'applying', 'verifying', 'gate', 'completed'])
  expect(events.at(-1)).toContain('"verified":1')
  expect(await follow({ 'Last-Event-ID': '3' })).toEqual(events.slice(3))
  expect(await app.refused('/rollouts/none/events')).toMatchObject({ status: 404, code: 'rollout-not-found' })
})
