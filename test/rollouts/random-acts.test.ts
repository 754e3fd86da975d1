/**
 * Whatever people do with rollouts, in whatever order, and whatever is committed meanwhile: nothing fails in a way that
 * nobody foresaw, no change of a tenant is lost, and one more rollout brings everyone what main has.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRolloutApp, type RolloutApp, setLimits } from './product.ts'
import type { Body } from './world.ts'

const RUNS = process.env.ESPALIER_SOAK ? 200 : 5
const SEED = process.env.ESPALIER_SOAK ? Date.now() % 2 ** 31 : 20_261_122
const MAX_ACTS = 25

/** The last of them commits to what main commits to, so that it comes into conflict. */
const TENANTS = ['acme', 'globex', 'initech'] as const
type Tenant = (typeof TENANTS)[number]
const QUARRELSOME: Tenant = 'initech'

type World = {
  app: RolloutApp
  /** What main has last set. */
  limit: number
  /** What the quarrelsome tenant has set, ever. */
  claimed: Set<number>
  /** What each tenant has last set for itself. */
  own: Map<Tenant, number>
}
type Act = { name: string; run(world: World): Promise<void> }

/** The newest run is meant, which may not be in a status to take it: that is refused, and nothing else. */
const ofNewest = (move: string, body: object = {}): Act => ({
  name: `${move} ${JSON.stringify(body)}`,
  async run({ app }) {
    const { items } = (await app.admin('/rollouts')) as { items: Body[] }
    if (items[0]) await tolerant(app, `/rollouts/${items[0].id}/${move}`, body)
  },
})

async function tolerant(app: RolloutApp, path: string, body: object, method = 'POST'): Promise<void> {
  const { status, code } = await app.refused(path, body, method)
  expect([200, 201, 404, 409], `${path}: ${String(code)}`).toContain(status)
}

const ACTS: fc.Arbitrary<Act>[] = [
  fc.integer({ min: 1, max: 9 }).map((limit) => ({
    name: `main sets ${limit}`,
    async run(world) {
      setLimits(world.app, `requests: ${limit}\n`)
      world.limit = limit
    },
  })),
  fc.tuple(fc.constantFrom(...TENANTS), fc.nat({ max: 9 })).map(([tenant, value]) => ({
    name: `${tenant} sets its own to ${value}`,
    async run({ app, own }) {
      app.commit(tenant, { 'config/own.yaml': `value: ${value}\n` })
      own.set(tenant, value)
    },
  })),
  fc.integer({ min: 11, max: 19 }).map((limit) => ({
    name: `${QUARRELSOME} sets ${limit}`,
    async run({ app, claimed }) {
      app.commit(QUARRELSOME, { 'config/limits.yaml': `requests: ${limit}\n` })
      claimed.add(limit)
    },
  })),
  fc
    .constantFrom(
      {},
      { approval: 'automatic' },
      { waves: [{ tenants: ['globex'] }, { percent: 100 }] },
      { select: { tenants: ['acme', 'initech'] }, approval: 'automatic' },
    )
    .map((wishes) => ({
      name: `start ${JSON.stringify(wishes)}`,
      async run({ app }) {
        await app.admin('/rollouts', { waves: [{ percent: 100 }], ...wishes })
      },
    })),
  fc.constant(ofNewest('approve')),
  fc.constant(ofNewest('approve')),
  fc.constantFrom(ofNewest('pause'), ofNewest('resume'), ofNewest('abort')),
  fc.constant(ofNewest('retry')),
  fc.constantFrom(ofNewest('rollback'), ofNewest('rollback', { tenants: ['acme'] })),
  fc.constantFrom(...TENANTS).map((tenant) => ({
    name: `hold ${tenant}`,
    run: ({ app }) => tolerant(app, `/tenants/${tenant}/hold`, { reason: 'now not' }, 'PUT'),
  })),
  fc.constantFrom(...TENANTS).map((tenant) => ({ name: `release ${tenant}`, run: ({ app }) => release(app, tenant) })),
  fc.constant({ name: 'resolve', run: ({ app }) => resolveAll(app) }),
]

async function release(app: RolloutApp, tenant: Tenant): Promise<void> {
  const { status } = await app.request(undefined, `/admin/tenants/${tenant}/hold`, { method: 'DELETE' })
  expect([204, 404]).toContain(status)
}

async function resolveAll(app: RolloutApp): Promise<void> {
  const { items } = (await app.admin('/conflicts')) as { items: Body[] }
  for (const { fingerprint } of items) await tolerant(app, `/conflicts/${fingerprint}/resolve`, { use: 'main' })
}

async function rest(app: RolloutApp): Promise<void> {
  await app.app.runs.settled()
  const { items } = (await app.admin('/rollouts')) as { items: Body[] }
  for (const { status, reason } of items) if (status === 'paused') expect(reason).not.toMatch(/step failed/i)
}

/** Everything that stands is ended, and one more rollout goes out to everybody. */
async function bringToAll(app: RolloutApp): Promise<void> {
  for (const tenant of TENANTS) await release(app, tenant)
  const { items } = (await app.admin('/rollouts')) as { items: Body[] }
  for (const { id } of items) await tolerant(app, `/rollouts/${id}/abort`, { reason: 'the last one comes' })
  const run = await app.rollOut()
  await resolveAll(app)
  const { status } = await app.rest(run)
  if (status === 'completed') await app.admin(`/rollouts/${run.id}/retry`, {})
  const ended = await app.rest(run)
  expect(ended).toMatchObject({ status: 'completed', counts: { conflict: 0, parked: 0, failed: 0, invalid: 0 } })
}

test('no order of acts loses a change, or keeps the next rollout from reaching everyone', {
  timeout: 3_600_000,
}, async () => {
  const acts = fc.array(fc.oneof(...ACTS), { minLength: 5, maxLength: MAX_ACTS, size: 'max' })
  const property = fc.asyncProperty(acts, async (sequence) => {
    const app = await createRolloutApp(TENANTS)
    try {
      for (const tenant of TENANTS) app.commit(tenant, { 'config/own.yaml': 'value: 0\n' })
      setLimits(app, 'requests: 10\n')
      const world: World = { app, limit: 10, claimed: new Set(), own: new Map(TENANTS.map((name) => [name, 0])) }
      for (const act of sequence) {
        await act.run(world)
        await rest(app)
      }
      await bringToAll(app)
      for (const tenant of TENANTS) {
        const { config } = (await (await app.request(tenant, '/api/v1/config')).json()) as { config: Body }
        expect(config.own, `the own file of ${tenant}`).toEqual({ value: world.own.get(tenant) })
        const { requests } = config.limits as { requests: number }
        if (tenant !== QUARRELSOME || !world.claimed.has(requests)) expect(requests, tenant).toBe(world.limit)
      }
      app.repository.git(['fsck', '--strict', '--no-dangling', '--no-progress'])
    } finally {
      await app.close()
    }
  })
  const named = (sequence: Act[]): string => sequence.map(({ name }) => name).join('; ')
  await fc.assert(property, {
    numRuns: RUNS,
    seed: SEED,
    interruptAfterTimeLimit: process.env.ESPALIER_SOAK ? 3_000_000 : 600_000,
    reporter: (result) => {
      if (!result.failed) return
      const [sequence] = result.counterexample ?? [[]]
      throw new Error(`Seed ${result.seed}, ${named(sequence ?? [])}: ${String(result.errorInstance)}`)
    },
  })
})
