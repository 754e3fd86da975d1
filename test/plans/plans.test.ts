/** Plans: what they leave of a tenant's limits, and the file that an operator edits. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/kernel/clock.ts'
import type { TenantId } from '../../src/kernel/ids.ts'
import { effectiveLimits, readLimits, UNLIMITED, writeLimits } from '../../src/plans/plan.ts'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

test("a tenant's own limits hold instead of its plan's, also where they say unlimited", () => {
  const plan = { ...UNLIMITED, limits: effectiveLimits(UNLIMITED, readLimits({ users: 5, api_calls_per_month: 1000 })) }
  const own = readLimits({ users: -1 })
  expect(effectiveLimits(plan, own)).toEqual({ users: null, apiCallsPerMonth: 1000 })
  expect(writeLimits(own)).toEqual({ users: -1 })
})

describe('the plans file', () => {
  let app: TestApp
  let file: string
  let elapsedMs = 0

  beforeEach(async () => {
    elapsedMs = 0
    const clock = { now: systemClock.now, monotonic: () => systemClock.monotonic() + elapsedMs }
    app = await createTestApp({ overrides: { clock } })
    file = join(app.folder.path, 'data/plans.yaml')
  })
  afterEach(() => app.close())

  type Listed = { items: Record<string, unknown>[]; problems: string[] }

  /** After the time in which an edit may stay unseen. */
  async function listed(): Promise<Listed> {
    elapsedMs += 1_000
    return (await (await app.request(undefined, '/admin/plans')).json()) as Listed
  }
  const planOf = async (name: string) => (await listed()).items.find((plan) => plan.name === name)
  const edit = (from: string, to: string): void => writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))

  test('is there after the first start, with the documented plans', async () => {
    const { items, problems } = await listed()
    expect(problems).toEqual([])
    expect(items).toMatchObject([
      { name: 'unlimited', users: -1, api_calls_per_month: -1 },
      {
        name: 'free',
        users: 5,
        api_calls_per_month: 1000,
        features: ['basic_rag', 'simple_agents'],
      },
      { name: 'pro', users: 25, api_calls_per_month: 10000 },
      { name: 'enterprise', users: -1, api_calls_per_month: 100000 },
    ])
  })

  test('is followed while the server runs, down to the tenants that have the plan', async () => {
    await app.request(
      undefined,
      '/admin/tenants',
      post({ tenant_id: 'acme', plan: 'free', limits: { api_calls_per_month: 3 } }),
    )
    edit('users: 5', 'users: 6')
    expect(await planOf('free')).toMatchObject({ users: 6, tenants: 1 })
    expect(app.app.tenants.registry.settingsOf('acme' as TenantId)).toMatchObject({ users: 6, apiCallsPerMonth: 3 })
  })

  test.each([
    ['  users: 5', '  user: 5', /plans\.yaml:5:3: Unknown key `user`; did you mean `users`\?/],
    ['  users: 5', '  agents: 5', /plans\.yaml:5:3: Unknown key `agents`/],
    ['free:\n', 'free:\n  users: [\n', /plans\.yaml:\d+:\d+: /],
    ['free:\n', 'unlimited:\n', /always there/],
  ])('with %j written as %j leaves the plans before it in force and says why', async (from, to, why) => {
    edit(from, to)
    const { items, problems } = await listed()
    expect(problems.join('\n')).toMatch(why)
    expect(items).toContainEqual(expect.objectContaining({ name: 'free', users: 5 }))
    edit(to, from)
    expect((await listed()).problems).toEqual([])
  })

  test('may not lose a plan that a tenant has', async () => {
    await app.request(undefined, '/admin/tenants', post({ tenant_id: 'acme', plan: 'pro' }))
    writeFileSync(file, 'free: {}\n')
    expect((await listed()).problems).toEqual([expect.stringContaining('lacks pro')])
    expect(await planOf('pro')).toMatchObject({ users: 25 })
  })

  test('that is wrong when the server starts is named, and nothing starts', async () => {
    edit('users: 5', 'users: many')
    const ran = await app.folder.espalier(['tenant', 'list'])
    expect(ran).toMatchObject({ code: 3, stdout: '' })
    expect(ran.stderr).toMatch(/plans\.yaml:5:\d+: Expected a whole number/)
  })
})
