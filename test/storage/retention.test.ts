/** What is kept of a tenant's use, and for how long. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setClock } from '../support/set-clock.ts'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

const DAY_MS = 86_400_000
const clock = setClock()
let app: TestApp

beforeAll(async () => {
  app = await createTestApp({
    overrides: { clock },
    env: { ESPALIER_KEEP_EXECUTIONS_DAYS: '10', ESPALIER_KEEP_USAGE_DAYS: '40' },
  })
  for (const tenant of ['a', 'b']) app.commit(tenant, {})
})
afterAll(() => app.close())

const run = (tenant: string) => app.request(tenant, '/api/v1/tools/double/run', post({ input: { n: 1 } }))
const json = async <T>(tenant: string, path: string): Promise<T> =>
  (await (await app.request(tenant, path)).json()) as T
const executions = async (tenant: string): Promise<number> =>
  (await json<{ items: [] }>(tenant, '/api/v1/executions?pageSize=500')).items.length
const runs = async (tenant: string): Promise<number | undefined> => {
  const { by_tool } = await json<{ by_tool: { total: number }[] }>(tenant, '/api/v1/usage?days=366')
  return by_tool[0]?.total
}

/** When so many days have gone by. */
async function after(days: number): Promise<void> {
  clock.pass(days * DAY_MS)
  await app.app.retention.sweep()
}

test('executions go after their days and counts after theirs, of every tenant, and nothing before', async () => {
  for (let i = 0; i < 600; i += 1) await run('a')
  await run('b')
  await after(9)
  await run('a')
  expect([await executions('a'), await executions('b')]).toEqual([500, 1])
  await after(1.5)
  expect([await executions('a'), await executions('b')]).toEqual([1, 0])
  expect([await runs('a'), await runs('b')]).toEqual([601, 1])
  await after(28)
  expect([await executions('a'), await runs('a'), await runs('b')]).toEqual([0, 601, 1])
  await after(1)
  expect([await runs('a'), await runs('b')]).toEqual([1, undefined])
})
